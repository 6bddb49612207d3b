/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devio_answer.h - names of recorded answers, for devio_replay.c and devio_record.c only. */
#ifndef MP_DEVIO_ANSWER_H
#define MP_DEVIO_ANSWER_H

#include "core/host/devio.h"

#define ANSWER_NAME_MAX 80

/* The CDB in hex; @any_length: with its allocation length set to zero. false: it has none. */
bool answer_cdb_name(const struct scsi_cmd *c, bool any_length, char *name);
void answer_nvme_name(const struct nvme_cmd *c, char *name, size_t size);

#endif
