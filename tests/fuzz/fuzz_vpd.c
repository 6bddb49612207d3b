/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages 80h, 83h and C0h, and scsi_id's reading of all of them, on any bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/model/scsi_id.h"
#include "core/model/vpd.h"
#include "core/model/wwid.h"
#include "parser/strbuf.h"

static void fuzz_scsi_id(const uint8_t *data, size_t size)
{
	struct scsi_id_pages p = { .no_vpd0 = size & 1 };
	struct bytes *all[] = { &p.inquiry, &p.vpd0, &p.vpd80, &p.vpd83 };
	struct strbuf out = STRBUF_INIT;
	struct scsi_id id;
	char text[SCSI_ID_MAX];
	size_t at = 0, n;

	for (int i = 0; i < 4 && at < size; i++) {
		n = data[at++];
		n = n > size - at ? size - at : n;
		*all[i] = (struct bytes){ (uint8_t *)data + at, (uint32_t)n };
		at += n;
	}
	for (int page = SCSI_ID_ANY; page <= SCSI_ID_PRE_SPC3; page++) {
		if (scsi_id_read(&p, (enum scsi_id_page)page, &id))
			continue;
		scsi_id_export(&id, &out);
		scsi_id_text(&id, true, text, sizeof(text));
	}
	sb_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wwid_result r;
	struct blkdev d = { .bus = BUS_SCSI, .vpd83 = { (uint8_t *)data, (uint32_t)size } };
	unsigned int v;
	char out[WWID_MAX];

	vpd83_wwid(data, size, out, size % sizeof(out));
	vpd80_serial(data, size, out, sizeof(out));
	vpd83_tpg(data, size, &v);
	vpd83_rel_port(data, size, &v);
	inquiry_tpgs(data, size);
	vpd_vendor_text(VW_hp3par, data, size, out, sizeof(out));
	if (size && !wwid_resolve(&d, "", NULL, &r) && strlen(r.text) >= WWID_MAX)
		abort();
	if (size && !wwid_resolve(&d, "", NULL, &r) && wwid_safe(r.text) && strchr(r.text, '/'))
		abort();
	fuzz_scsi_id(data, size);
	return 0;
}
