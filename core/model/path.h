/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.h - a block device as observed (struct blkdev: facts), and as a path (struct path).
 *
 * Facts are filled by core/engine/discover from sysfs and udev and never change afterwards within
 * one generation; everything the model decides stands in struct path. Both are owned by struct
 * topology (map.h). Sizes are 512-byte sectors. Sources: SPC-6, SAM-6, Linux scsi sysfs ABI.
 */
#ifndef MP_PATH_H
#define MP_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/host/udb.h"
#include "core/model/life_state.h"
#include "core/model/props.h"

struct map;
struct pathgroup;

enum bus { BUS_UNKNOWN, BUS_SCSI, BUS_CCW, BUS_CCISS, BUS_NVME };

/* Transport protocols by the names that blacklist rules and overrides/protocol use. */
#define PROTOCOLS(X)                                                                               \
	X(UNDEF, "undef")                                                                          \
	X(CCW, "ccw")                                                                              \
	X(CCISS, "cciss")                                                                          \
	X(SCSI_FCP, "scsi:fcp")                                                                    \
	X(SCSI_SPI, "scsi:spi")                                                                    \
	X(SCSI_SSA, "scsi:ssa")                                                                    \
	X(SCSI_SBP, "scsi:sbp")                                                                    \
	X(SCSI_SRP, "scsi:srp")                                                                    \
	X(SCSI_ISCSI, "scsi:iscsi")                                                                \
	X(SCSI_SAS, "scsi:sas")                                                                    \
	X(SCSI_ADT, "scsi:adt")                                                                    \
	X(SCSI_ATA, "scsi:ata")                                                                    \
	X(SCSI_USB, "scsi:usb")                                                                    \
	X(SCSI_UNSPEC, "scsi:unspec")                                                              \
	X(NVME_PCIE, "nvme:pcie")                                                                  \
	X(NVME_RDMA, "nvme:rdma")                                                                  \
	X(NVME_FC, "nvme:fc")                                                                      \
	X(NVME_TCP, "nvme:tcp")                                                                    \
	X(NVME_LOOP, "nvme:loop")                                                                  \
	X(NVME_APPLE, "nvme:apple-nvme")                                                           \
	X(NVME_UNSPEC, "nvme:unspec")

enum protocol {
#define X(id, text) PROTO_##id,
	PROTOCOLS(X)
#undef X
		PROTO__MAX
};
const char *protocol_name(enum protocol p);

/* What a path checker says of a path (behaviour.md 6.1). */
#define PATH_STATES(X)                                                                             \
	X(WILD, "wild", "undef")                                                                   \
	X(UNCHECKED, "unchecked", "undef")                                                         \
	X(DOWN, "down", "faulty")                                                                  \
	X(UP, "up", "ready")                                                                       \
	X(SHAKY, "shaky", "shaky")                                                                 \
	X(GHOST, "ghost", "ghost")                                                                 \
	X(PENDING, "pending", "i/o pending")                                                       \
	X(TIMEOUT, "timeout", "i/o timeout")                                                       \
	X(REMOVED, "removed", "undef")                                                             \
	X(DELAYED, "delayed", "delayed")                                                           \
	X(DISCONNECTED, "disconnected", "disconnected")

enum path_state {
#define X(id, log, shown) PATH_##id,
	PATH_STATES(X)
#undef X
		PATH__MAX
};
const char *path_state_log(enum path_state s);	 /* "up": logs, show status */
const char *path_state_shown(enum path_state s); /* "ready": %T */
static inline bool path_state_usable(enum path_state s)
{
	return s == PATH_UP || s == PATH_GHOST;
}

enum dm_path_state { DMP_UNDEF, DMP_FAILED, DMP_ACTIVE };

#define WWID_MAX 128 /* bytes with NUL, as multipath-tools */
#define VPD_MAX	 4096

struct bytes { /* a binary attribute; data NULL: not there */
	uint8_t *data;
	uint32_t len;
};

/* Facts. Strings are NUL-terminated copies, "" where unknown; bytes live in the topology's arena. */
struct blkdev {
	char name[32]; /* kernel name */
	dev_t devno;
	const char *syspath; /* below the sysfs root: devices/... */
	const char *device;  /* the same for the SCSI or NVMe device it belongs to, NULL: none */
	enum bus bus;
	enum protocol protocol;
	bool has_hcil;
	int host, channel, id; /* NVMe: controller instance, cntlid, namespace instance */
	uint64_t lun;	       /* NVMe: nsid */
	char vendor[41], product[81], rev[81];
	char serial[WWID_MAX];
	uint64_t size;
	bool read_only;
	bool hidden;		/* nvme path node of a native multipath device */
	char state[32];		/* text of the device's state attribute, "" where absent */
	struct bytes inquiry;	/* standard INQUIRY data */
	struct bytes vpd_pages; /* VPD page 00h: supported pages */
	struct bytes vpd80, vpd83, vpd_vendor; /* vpd_vendor: page chosen by keyword vpd_vendor */
	char access_state[32], preferred_path[8]; /* scsi_dh alua's attributes, "" where absent */
	char dh_state[32];	 /* attached hardware handler, "" or "detached": none */
	unsigned int timeout_s;	 /* sysfs device/timeout, 0: unknown */
	char tgt_node_name[224]; /* FC node name, SAS address, iSCSI target name */
	char host_wwnn[24], host_wwpn[24], tgt_wwpn[24]; /* FC; "" elsewhere */
	char host_adapter[64];
	char generic[16];	     /* SCSI generic device, "sg3"; "" until it was of use */
	char nvme_wwid[256];	     /* sysfs wwid of the namespace; may be over-long */
	char ccw_uid[WWID_MAX];	     /* sysfs uid of a DASD's parent */
	char iscsi_portal[64];	     /* address the session is logged in at, "" elsewhere */
	bool vpd83_asked;	     /* vpd83 came by a command, as sysfs has none */
	const char *transport_node;  /* "rport-2:0-1", "session3", "end_device-4:0", else NULL */
	unsigned int max_sectors_kb; /* 0: unknown */
	bool usb;
	const char *const *holders; /* names in holders/, NULL-terminated */
	struct udev_props udev;	    /* owned by the topology */
};

struct arena;
/* All of @from in memory of @a, but its udev properties: these stay with @from. */
void blkdev_copy(struct arena *a, const struct blkdev *from, struct blkdev *to);

/* What a probe keeps from one check to the next (emc_clariion's WWN, path_latency's average). */
struct probe_memory {
	uint8_t bytes[40];
	bool set;
};

enum path_init {
	INIT_NEW,
	INIT_FAILED,
	INIT_MISSING_UDEV,
	INIT_REQUESTED_UDEV,
	INIT_OK,
	INIT_REMOVED,
	INIT_PARTIAL
};

/* The daemon's own book-keeping of a path (daemon/sched.c). Plain data. */
struct path_duty {
	unsigned int id;   /* of this path, never used twice; 0: not seen yet */
	bool asking;	   /* a job of it is under way; there is never a second one */
	bool expired;	   /* and its deadline has passed */
	bool answered;	   /* it has been asked in this generation, or we waited long enough */
	bool chosen;	   /* checker and prioritizer are chosen in this generation */
	bool gone;	   /* the device is gone, or the path is deleted: it leaves its map */
	bool wwid_changed; /* it leaves its map and is looked at anew */
	bool udev_stale;   /* of which: udev still tells the old one */
	bool sampled;	   /* it is under the test of marginal_path_* */
	int64_t asked_ns;  /* when the job began */
};

struct path {
	struct blkdev dev;
	char wwid[WWID_MAX];	 /* "": none */
	const char *wwid_source; /* "udev", "sysfs", "sgio", ...; NULL: none */
	struct props props;	 /* keywords of path scope, resolved */
	enum path_init init;
	enum path_state sysfs_state; /* PATH_UP, DOWN, PENDING, REMOVED, from dev.state */
	enum path_state state;	     /* the path's; under a daemon only path_fsm() changes it */
	enum path_state verdict;     /* daemon: of the last check, as it was given */
	char check_msg[96];	     /* as logged: " reports path is up" */
	struct probe_memory check_mem, prio_mem;
	uint32_t map_mem; /* what a checker learnt of the whole map (probe.h) */
	bool prio_chosen; /* a prioritizer was picked and asked, whatever it said */
	bool has_prio;	  /* false: -1, undefined */
	int prio;
	bool has_tpg;
	unsigned int tpg;
	enum dm_path_state dm;
	unsigned int failures; /* fail count of the dm status */
	bool marginal;
	bool add_when_online; /* daemon: offline, joins its map when it comes back */
	bool blocked;	      /* blacklisted, but a map of the kernel has it */
	bool in_table;	      /* listed in the observed table of @map */
	struct map *map;      /* NULL: orphan */
	struct pathgroup *group;
	unsigned int tick, interval; /* for %C: life_progress() */
	struct path_life life;	     /* daemon */
	struct path_duty duty;	     /* daemon */
};

/* PATH_UP and so on from the text of the device's state attribute (behaviour.md 6.1). */
enum path_state path_sysfs_state(const struct blkdev *d);

#endif
