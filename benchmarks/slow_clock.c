/* Slow clock: gives a process a clock that runs BENCH_SLOWER times slower, by LD_PRELOAD.
 *
 * A server under callgrind is so much slower that its timers would run out between any two events.
 * May live here: what a process is told of time, and how long it waits for its sockets.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define CLOCKS (CLOCK_BOOTTIME + 1)

static long slower = 1;
static long long began[CLOCKS];

static long long real(clockid_t clock) {
  struct timespec now = {0, 0};
  syscall(SYS_clock_gettime, clock, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

__attribute__((constructor)) static void begin(void) {
  const char *said = getenv("BENCH_SLOWER");
  if (said && atol(said) > 0) slower = atol(said);
  for (clockid_t clock = 0; clock < CLOCKS; clock++) began[clock] = real(clock);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  /* CPU time is what it is. */
  if (clock < 0 || clock >= CLOCKS || clock == CLOCK_PROCESS_CPUTIME_ID ||
      clock == CLOCK_THREAD_CPUTIME_ID)
    return syscall(SYS_clock_gettime, clock, now);
  long long told = began[clock] + (real(clock) - began[clock]) / slower;
  now->tv_sec = told / SECOND;
  now->tv_nsec = told % SECOND;
  return 0;
}

int epoll_pwait(int set, struct epoll_event *events, int most, int wait, const sigset_t *mask) {
  if (wait > 0) wait *= slower;
  return syscall(SYS_epoll_pwait, set, events, most, wait, mask, _NSIG / 8);
}

int epoll_wait(int set, struct epoll_event *events, int most, int wait) {
  return epoll_pwait(set, events, most, wait, NULL);
}
