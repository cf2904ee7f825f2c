#!/bin/sh
# A Slurm of one node, this machine, for trials: no accounting, no cgroups. Needs root.
#   slurm_node.sh install    Debian's munge, slurmctld, slurmd and the commands of Slurm
#   slurm_node.sh start      writes /etc/slurm/slurm.conf, starts munged, slurmctld and slurmd, waits until the node answers
#   slurm_node.sh lose       the node dies: slurmd and all processes of its jobs are killed
#   slurm_node.sh return     slurmd starts again
#   slurm_node.sh stop       cancels all jobs, stops the daemons, removes what `start` wrote
# Where somebody else wrote a slurm.conf, the machine has a Slurm of its own, and nothing is done.
set -eu
CONF=/etc/slurm/slurm.conf
MARK="# Written by tests/slurm_node.sh"
SPOOL=/var/spool/deepemg-slurm
RUN=/run/deepemg-slurm

write_conf() {
  mkdir -p /etc/slurm "$SPOOL/controller" "$SPOOL/node" "$RUN"
  memory_mb=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
  cat > $CONF << END
$MARK
ClusterName=trial
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$SPOOL/controller
SlurmdSpoolDir=$SPOOL/node
SlurmctldPidFile=$RUN/slurmctld.pid
SlurmdPidFile=$RUN/slurmd.pid
SlurmctldLogFile=$RUN/slurmctld.log
SlurmdLogFile=$RUN/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
# A node that answers again is used again.
ReturnToService=2
# squeue tells the state of jobs that ended no longer ago than this (s).
MinJobAge=86400
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory_mb State=UNKNOWN
PartitionName=trial Nodes=$(hostname -s) Default=YES MaxTime=INFINITE State=UP
END
}

wait_for_node() {
  for _ in $(seq 120); do
    if sinfo --noheader --format=%t 2> /dev/null | grep -qE '^(idle|mix|alloc)$'; then return; fi
    sleep 1
  done
  echo "the node does not answer" >&2
  tail -5 "$RUN"/*.log >&2 || true
  exit 4
}

end() { # the process whose id stands in a file; killed where it has not ended within 10 s
  test -e "$1" || return 0
  process=$(cat "$1")
  kill "$process" 2> /dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$process" 2> /dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$process" 2> /dev/null || true
}

if [ -e $CONF ] && ! head -1 $CONF | grep -qxF "$MARK"; then
  echo "$CONF is not ours: this machine has a Slurm of its own" >&2
  exit 3
fi

case "${1:-}" in
  install)
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends munge slurmctld slurmd slurm-client > /dev/null
    ;;
  start)
    write_conf
    if ! munge --no-input > /dev/null 2>&1; then
      mkdir -p /run/munge
      chown munge: /run/munge
      setpriv --reuid munge --regid munge --clear-groups munged --pid-file /run/munge/deepemg.pid
    fi
    slurmctld
    slurmd
    wait_for_node
    ;;
  lose)
    kill -KILL "$(cat "$RUN/slurmd.pid")"
    # What watches a job is the parent of its processes; both are listed, or named slurmstepd, by the node alone.
    for process in $(pgrep -x slurmstepd) $(scontrol listpids 2> /dev/null | awk 'NR > 1 && $1 > 0 {print $1}'); do
      kill -KILL "$process" 2> /dev/null || true
    done
    ;;
  return)
    slurmd
    wait_for_node
    ;;
  stop)
    scancel --user root 2> /dev/null || true
    end "$RUN/slurmd.pid"
    end "$RUN/slurmctld.pid"
    end /run/munge/deepemg.pid
    rm -rf $CONF "$SPOOL" "$RUN"
    ;;
  *)
    sed -n '2,8p' "$0" >&2
    exit 2
    ;;
esac
