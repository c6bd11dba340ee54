#!/usr/bin/env bash
# What `make bench-gateway` compares with: nginx. Safe to run again.
. "$(dirname "$0")/lib.sh"

has nginx || [ -x /usr/sbin/nginx ] || apt_install nginx
