/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devio.h - input and output on an open block device: SCSI and NVMe commands, direct reads.
 *
 * Every call may block for as long as the device likes: call it from a job (jobs.h) only, never
 * from the thread that owns the state. One handle is used by one job at a time.
 * Sources: SG_IO (Documentation/scsi/scsi-generic.rst), SAM-6 status codes, NVMe 2.0 admin set.
 */
#ifndef MP_DEVIO_H
#define MP_DEVIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct devio;	  /* the way to devices: live nodes, or recorded answers */
struct devio_dev; /* one open device */

#define SCSI_SENSE_MAX 255

struct scsi_cmd {
	uint8_t cdb[16];
	uint8_t cdb_len;
	bool write;	     /* data goes to the device (MODE SELECT) */
	uint32_t len;	     /* of the data buffer, 0: none */
	uint32_t timeout_ms; /* the kernel's timer for this command */
};

struct scsi_result {
	int err;	/* 0, or errno of the ioctl itself: ENOTTY, ENODEV, ... */
	uint8_t status; /* SAM status byte: 0 GOOD, 2 CHECK CONDITION, 0x18 RESERVATION CONFLICT */
	uint16_t host;	/* DID_* of the low-level driver */
	uint16_t driver;
	uint8_t sense[SCSI_SENSE_MAX];
	uint8_t sense_len;
	uint32_t len; /* data bytes that arrived */
};

/* Where a SCSI device is: SAM-6 addresses as Linux counts them, H:C:T:L. */
struct scsi_addr {
	int host, channel, id;
	uint64_t lun;
};

struct nvme_cmd { /* an admin command that reads */
	uint8_t opcode;
	uint32_t nsid, cdw10, cdw11, cdw12, cdw13, cdw14;
	uint32_t len;
	uint32_t timeout_ms;
};

struct devio_ops {
	/* @name: kernel name ("sda", "nvme0n1"); @devno: refused with -ENODEV where the node is another. */
	int (*open)(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret_dev);
	void (*close)(struct devio_dev *d);
	/* Returns 0 when there is a result to judge (result->err included), never data it made up. */
	void (*scsi)(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
		     struct scsi_result *r);
	/*
	 * The same without waiting, through the SCSI generic driver. NULL: there is no such way; so it is
	 * for a device where generic() fails, as where that driver is not loaded. @name: "sg3", believed
	 * only when the device at @at is behind it (-ENODEV). send() may block like the others; fetch()
	 * waits at most @wait_ms for the answer (0: may be called on any thread, -1: as long as it takes),
	 * else says -EAGAIN. queue_fd() becomes readable with the answer. @buf is read and written in send()
	 * and fetch() only. A handle that is closed before is forgotten by the kernel when the answer comes.
	 */
	int (*generic)(struct devio *io, const char *name, const struct scsi_addr *at,
		       struct devio_dev **ret_dev);
	int (*send)(struct devio_dev *d, const struct scsi_cmd *c, void *buf);
	int (*fetch)(struct devio_dev *d, int wait_ms, struct scsi_result *r);
	int (*queue_fd)(const struct devio_dev *d);
	/* 0, a positive NVMe status code field, or -errno. */
	int (*nvme_admin)(struct devio_dev *d, const struct nvme_cmd *c, void *buf);
	/* O_DIRECT read of @len bytes (a multiple of the block size) at @offset; count or -errno. */
	ssize_t (*read)(struct devio_dev *d, void *buf, size_t len, uint64_t offset);
	int (*block_size)(struct devio_dev *d, unsigned int *ret_bytes);
	/* Could the whole device be opened exclusively (O_EXCL)? 0 yes, -EBUSY held. */
	int (*exclusive)(struct devio *io, const char *name, dev_t devno);
	/*
	 * Take a shared advisory lock (flock) on the node without waiting, as udevd does while it
	 * handles the device. -EBUSY: a partitioner holds it exclusively; else the lock, >= 0, which
	 * keeps the device open until it is given back.
	 */
	int (*lock)(struct devio *io, const char *name, dev_t devno);
	void (*unlock)(struct devio *io, int lock);
	void (*free)(struct devio *io);
};
struct devio {
	const struct devio_ops *ops;
};

int devio_live(const char *dev_dir, struct devio **ret_io);
/* Answers recorded as files DIR/NAME/CDB-IN-HEX (see tests/snapshots/README.md). */
int devio_replay(const char *dir, struct devio **ret_io);
void devio_free(struct devio *io);

#endif
