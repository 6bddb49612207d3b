/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builders of the command blocks that probes send. Each fills a whole struct scsi_cmd, so that a
 * request never carries bytes of the one before it.
 */
#include "core/model/scsi.h"

#include <string.h>

#include "core/model/bytes.h"

static void cmd_init(struct scsi_cmd *c, uint8_t opcode, uint8_t cdb_len, uint32_t len,
		     unsigned int timeout_ms)
{
	memset(c, 0, sizeof(*c));
	c->cdb[0] = opcode;
	c->cdb_len = cdb_len;
	c->len = len;
	c->timeout_ms = timeout_ms;
}

/* SPC-6 6.47 */
void scsi_test_unit_ready(struct scsi_cmd *c, unsigned int timeout_ms)
{
	cmd_init(c, 0x00, 6, 0, timeout_ms);
}

/* SPC-6 6.7 */
void scsi_inquiry(struct scsi_cmd *c, uint16_t len, unsigned int timeout_ms)
{
	cmd_init(c, 0x12, 6, len, timeout_ms);
	put_be16(c->cdb + 3, len);
}

void scsi_inquiry_vpd(struct scsi_cmd *c, uint8_t page, uint16_t len, unsigned int timeout_ms)
{
	scsi_inquiry(c, len, timeout_ms);
	c->cdb[1] = 0x01; /* EVPD */
	c->cdb[2] = page;
}

/* SPC-6 6.15; DBD, so that the page follows the eight bytes of the header at once. */
void scsi_mode_sense10(struct scsi_cmd *c, uint8_t page_control, uint8_t page, uint16_t len,
		       unsigned int timeout_ms)
{
	cmd_init(c, 0x5a, 10, len, timeout_ms);
	c->cdb[1] = 0x08;
	c->cdb[2] = (uint8_t)(page_control << 6 | page);
	put_be16(c->cdb + 7, len);
}

/* SPC-6 6.13; SP: the array keeps the setting. PF stays clear as RDAC arrays are used to it. */
void scsi_mode_select10(struct scsi_cmd *c, uint16_t len, unsigned int timeout_ms)
{
	cmd_init(c, 0x55, 10, len, timeout_ms);
	c->cdb[1] = 0x01;
	put_be16(c->cdb + 7, len);
	c->write = true;
}

/* SBC-4 5.13 */
void scsi_read10(struct scsi_cmd *c, uint32_t lba, uint16_t blocks, uint32_t len,
		 unsigned int timeout_ms)
{
	cmd_init(c, 0x28, 10, len, timeout_ms);
	put_be32(c->cdb + 2, lba);
	put_be16(c->cdb + 7, blocks);
}
