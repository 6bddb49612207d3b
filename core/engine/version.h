/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version.h - which release this is, and of multipath-tools: whose behaviour we have. */
#ifndef MP_VERSION_H
#define MP_VERSION_H

#define MINIPATH_VERSION "0.1"
/* Clients read the release out of this line. */
#define COMPAT_RELEASE "0.14.3"
#define COMPAT_VERSION "multipath-tools v" COMPAT_RELEASE " (02/05, 2026)"

#endif
