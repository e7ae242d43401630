// A server and its own client in one program, for `tests/trace/odd.rs`: each part makes its calls in the
// same order in every run, with results that are the same, whatever else the machine does. The first
// argument names the part.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int listener;
static struct sockaddr_in address;

static void must(int right, const char *what) {
    if (!right) {
        perror(what);
        exit(1);
    }
}

static void begin(void) {
    socklen_t length = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(bind(listener, (struct sockaddr *)&address, length) == 0, "bind");
    must(listen(listener, 9) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
}

static int dial(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    return fd;
}

static void await(int fd, short events) {
    struct pollfd one = {fd, events, 0};
    must(poll(&one, 1, -1) == 1, "poll");
}

static void on(int epoll, int op, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    must(epoll_ctl(epoll, op, fd, &event) == 0, "epoll_ctl");
}

static void nothing(int signal) { (void)signal; }

static void alarm_soon(int flags) {
    struct sigaction action = {.sa_handler = nothing, .sa_flags = flags};
    struct itimerval soon = {.it_value = {.tv_usec = 30000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
}

// Old and odd forms of what everybody does.
static void forms(void) {
    char text[64] = "0123456789";
    begin();
    int client = dial();
    int conn = accept(listener, NULL, NULL);
    int on_ = 1;
    struct timespec second = {1, 0};
    struct timeval seconds = {1, 0};
    fd_set in, out;

    // Waiting in seven ways.
    must(write(client, "ping", 4) == 4, "write");
    await(conn, POLLIN);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(conn, &in);
    FD_SET(client, &out);
#ifdef SYS_select
    must(syscall(SYS_select, client + conn, &in, &out, NULL, &seconds) == 2, "select");
#else
    must(select(client + conn, &in, &out, NULL, &seconds) == 2, "select");
#endif
    FD_ZERO(&in);
    FD_SET(conn, &in);
    FD_SET(listener, &in);
    must(pselect(conn + 1, &in, NULL, NULL, &second, NULL) == 1, "pselect");
    struct pollfd two[3] = {{conn, POLLIN | POLLOUT, 0}, {-1, POLLIN, 0}, {listener, POLLIN, 0}};
    must(ppoll(two, 3, &second, NULL) == 1, "ppoll");
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    on(epoll, EPOLL_CTL_ADD, conn, EPOLLIN | EPOLLRDHUP);
    struct epoll_event event[4];
    must(epoll_wait(epoll, event, 4, 1000) == 1, "epoll_wait");
    must(epoll_pwait(epoll, event, 4, 1000, NULL) == 1, "epoll_pwait");
    must(syscall(SYS_epoll_pwait2, epoll, event, 4, &second, NULL, 0) == 1, "epoll_pwait2");

    // Reading and writing in pieces, in messages, in several messages at once.
    struct iovec parts[2] = {{text, 3}, {text + 3, 5}};
    must(readv(conn, parts, 2) == 4, "readv");
    must(writev(conn, parts, 2) == 8, "writev");
    await(client, POLLIN);
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    must(recvmsg(client, &message, 0) == 8, "recvmsg");
    must(sendmsg(client, &message, 0) == 8, "sendmsg");
    await(conn, POLLIN);
    struct mmsghdr many[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
    must(recvmmsg(conn, many, 2, MSG_DONTWAIT, NULL) == 1, "recvmmsg");
    must(sendmmsg(conn, many, 2, 0) == 2, "sendmmsg");
    await(client, POLLIN);
    must(recv(client, text, 16, MSG_WAITALL) == 16, "recv");
    must(pwritev2(client, parts, 2, -1, 0) == 8, "pwritev2");
    await(conn, POLLIN);
    must(preadv2(conn, parts, 2, -1, 0) == 8, "preadv2");
    must(read(conn, text, 0) == 0, "read nothing");

    // Through a pipe.
    int pipes[2];
    must(pipe(pipes) == 0, "pipe");
    must(send(client, "spliced", 7, 0) == 7, "send");
    await(conn, POLLIN);
    must(splice(conn, NULL, pipes[1], NULL, 64, 0) == 7, "splice in");
    must(splice(pipes[0], NULL, conn, NULL, 64, 0) == 7, "splice out");
    await(client, POLLIN);
    must(read(client, text, sizeof text) == 7, "read");

    // Not to sleep, by two calls, and what that gives.
    must(ioctl(conn, FIONBIO, &on_) == 0, "ioctl");
    must(read(conn, text, 9) == -1 && errno == EAGAIN, "EAGAIN");
    on_ = 0;
    must(ioctl(conn, FIONBIO, &on_) == 0, "ioctl");
    must(fcntl(conn, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    must(recv(conn, text, 9, 0) == -1 && errno == EAGAIN, "EAGAIN");

    // Copies of a descriptor; the registration outlives its number.
    int second_client = dial();
    int copy = dup(conn);
    must(dup2(conn, 40) == 40 && dup3(conn, 41, O_CLOEXEC) == 41, "dup2");
    must(fcntl(conn, F_DUPFD, 50) == 50 && fcntl(conn, F_DUPFD_CLOEXEC, 60) == 60, "F_DUPFD");
    must(dup2(conn, conn) == conn, "dup2 of itself");
    close(conn);
    must(write(client, "still", 5) == 5, "write");
    must(epoll_wait(epoll, event, 4, -1) == 1 && event[0].data.fd == conn, "of a stale number");
    // The number is another connection's now, on the same list.
    int next = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    must(next == conn, "the same number");
    on(epoll, EPOLL_CTL_ADD, next, EPOLLIN);
    must(epoll_wait(epoll, event, 4, -1) == 1, "of the one that is gone");
    must(read(copy, text, 9) == 5, "by a copy");
    must(write(second_client, "new", 3) == 3, "write");
    must(epoll_wait(epoll, event, 4, -1) == 1, "of the new one");
    must(read(next, text, 9) == 3, "read");
    // All but the last copy go; then the last, and with it the registration.
    must(close_range(40, 60, 0) == 0, "close_range");
    must(close_range(40, 60, CLOSE_RANGE_CLOEXEC) == 0, "close_range");
    must(close_range(copy, copy, 0) == 0, "close_range");
    must(epoll_wait(epoll, event, 4, 0) == 0, "nothing is left of it");
    on(epoll, EPOLL_CTL_MOD, next, EPOLLIN | EPOLLOUT | EPOLLET);
    must(epoll_wait(epoll, event, 4, -1) == 1, "epoll_wait");
    on(epoll, EPOLL_CTL_DEL, next, 0);
    must(epoll_ctl(epoll, EPOLL_CTL_DEL, next, NULL) == -1 && errno == ENOENT, "ENOENT");
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, 999, event) == -1 && errno == EBADF, "EBADF");
    must(shutdown(next, SHUT_WR) == 0, "shutdown");
    close(next), close(second_client), close(client);

    // What is no socket.
    int events = eventfd(0, EFD_NONBLOCK);
    uint64_t number = 3;
    must(write(events, &number, 8) == 8 && read(events, &number, 8) == 8, "eventfd");
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec soon = {.it_value = {0, 1000000}};
    must(timerfd_settime(timer, 0, &soon, NULL) == 0 && read(timer, &number, 8) == 8, "timerfd");
    int pair[2];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
    must(write(pair[0], "x", 1) == 1 && read(pair[1], text, 9) == 1, "a pair");
    int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    must(read(999, text, 1) == -1 && errno == EBADF, "EBADF");
    must(accept(999, NULL, NULL) == -1 && errno == EBADF, "EBADF");
    must(accept(pair[0], NULL, NULL) == -1, "accept on a pair");
    close(datagrams), close(timer), close(events), close(epoll);
}

// What a signal does to a call that sleeps.
static void signals(void) {
    char text[8];
    struct timespec while_ = {0, 60000000};
    int pipes[2];
    begin();
    int epoll = epoll_create1(0);
    on(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    struct epoll_event event;
    must(pipe2(pipes, 0) == 0, "pipe2");
    struct pollfd one = {pipes[0], POLLIN, 0};
    alarm_soon(0);
    must(epoll_wait(epoll, &event, 1, -1) == -1 && errno == EINTR, "epoll_wait");
    alarm_soon(SA_RESTART);
    must(epoll_wait(epoll, &event, 1, -1) == -1 && errno == EINTR, "epoll_wait");
    alarm_soon(0);
    must(poll(&one, 1, 1000) == -1 && errno == EINTR, "poll");
    alarm_soon(0);
    must(accept(listener, NULL, NULL) == -1 && errno == EINTR, "accept");
    alarm_soon(0);
    must(nanosleep(&while_, NULL) == -1 && errno == EINTR, "nanosleep");
    // Made once more: by the same call, or by another that goes on with it.
    if (fork() == 0) {
        usleep(60000);
        _exit(write(pipes[1], "x", 1) != 1);
    }
    alarm_soon(SA_RESTART);
    must(read(pipes[0], text, 8) == 1, "read");
    int status;
    must(wait(&status) > 0 && status == 0, "wait");
    signal(SIGCHLD, SIG_DFL);
    if (fork() == 0) {
        usleep(30000);
        _exit(0);
    }
    // The end of the child is told to whoever traces, although nobody has asked for its signal.
    must(poll(&one, 1, 700) == 0, "poll");
    must(wait(&status) > 0 && status == 0, "wait");
    close(epoll);
}

// Two threads on one epoll, one after the other.
static sem_t turns[2];
static int shared;

static void *worker(void *argument) {
    int own = argument != NULL;
    char text[16];
    for (int turn = 0; turn < 3; turn++) {
        struct epoll_event event;
        sem_wait(&turns[own]);
        must(epoll_wait(shared, &event, 1, -1) == 1, "epoll_wait");
        if (event.data.fd == listener) {
            int conn = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            on(shared, EPOLL_CTL_ADD, conn, EPOLLIN | EPOLLONESHOT);
        } else {
            must(recv(event.data.fd, text, 16, 0) == 4, "recv");
            // Disarmed: nothing is told of it until it is armed again.
            must(epoll_wait(shared, &event, 1, 0) == 0, "disarmed");
            on(shared, EPOLL_CTL_MOD, event.data.fd, EPOLLIN | EPOLLONESHOT);
            must(send(event.data.fd, "pong", 4, 0) == 4, "send");
        }
        sem_post(&turns[!own]);
    }
    return NULL;
}

static void threads(void) {
    pthread_t both[2];
    char text[16];
    begin();
    shared = epoll_create1(0);
    on(shared, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE);
    sem_init(&turns[0], 0, 1), sem_init(&turns[1], 0, 0);
    pthread_create(&both[0], NULL, worker, NULL);
    pthread_create(&both[1], NULL, worker, &both);
    for (int turn = 0; turn < 3; turn++) {
        int client = dial();
        must(send(client, "ping", 4, 0) == 4, "send");
        must(recv(client, text, 16, 0) == 4, "an answer");
        // It stays open: its end would be another event.
    }
    pthread_join(both[0], NULL), pthread_join(both[1], NULL);
}

// A parent that listens, children with an epoll each, one after the other.
static void family(void) {
    char text[16];
    int go[2], done[2];
    begin();
    must(pipe(go) == 0 && pipe(done) == 0, "pipe");
    // The end of one is told by a signal, which would end whatever call is under way.
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    for (int child = 0; child < 3; child++) {
        if (fork() == 0) {
            int epoll = epoll_create1(0), served = 0;
            struct epoll_event event;
            on(epoll, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE);
            must(read(go[0], text, 1) == 1, "read");
            while (served < 2) {
                must(epoll_wait(epoll, &event, 1, -1) == 1, "epoll_wait");
                if (event.data.fd == listener) {
                    int conn = accept(listener, NULL, NULL);
                    on(epoll, EPOLL_CTL_ADD, conn, EPOLLIN);
                } else if (recv(event.data.fd, text, 16, 0) > 0) {
                    must(send(event.data.fd, "pong", 4, 0) == 4, "send");
                } else {
                    close(event.data.fd);
                    served++;
                }
            }
            must(write(done[1], "x", 1) == 1, "write");
            _exit(0);
        }
    }
    for (int child = 0; child < 3; child++) {
        must(write(go[1], "x", 1) == 1, "write");
        for (int turn = 0; turn < 2; turn++) {
            int client = dial();
            must(send(client, "ping", 4, 0) == 4 && recv(client, text, 16, 0) == 4, "an answer");
            close(client);
        }
        must(read(done[0], text, 1) == 1, "read");
    }
    while (wait(NULL) > 0) {
    }
}

// An epoll on the list of another.
static void nested(void) {
    char text[16];
    struct epoll_event event;
    begin();
    int outer = epoll_create1(0), inner = epoll_create(1), pipes[2];
    must(pipe(pipes) == 0, "pipe");
    on(outer, EPOLL_CTL_ADD, inner, EPOLLIN);
    on(outer, EPOLL_CTL_ADD, pipes[0], EPOLLIN);
    on(inner, EPOLL_CTL_ADD, listener, EPOLLIN);
    must(epoll_wait(outer, &event, 1, 0) == 0, "nothing yet");
    int client = dial();
    must(epoll_wait(outer, &event, 1, -1) == 1 && event.data.fd == inner, "the inner one");
    must(epoll_wait(inner, &event, 1, -1) == 1 && event.data.fd == listener, "the listener");
    int conn = accept(listener, NULL, NULL);
    on(inner, EPOLL_CTL_ADD, conn, EPOLLIN);
    must(epoll_wait(inner, &event, 1, 0) == 0, "nothing more");
    must(write(client, "ping", 4) == 4 && write(pipes[1], "x", 1) == 1, "write");
    for (int turn = 0; turn < 2; turn++) {
        must(epoll_wait(outer, &event, 1, -1) == 1, "in turn");
        if (event.data.fd == inner) {
            must(epoll_wait(inner, &event, 1, -1) == 1, "epoll_wait");
        }
        must(read(event.data.fd, text, 16) > 0, "read");
    }
    must(epoll_ctl(outer, EPOLL_CTL_ADD, outer, &event) == -1 && errno == EINVAL, "EINVAL");
    // It is known by its copy too, and is gone with the last.
    int copy = dup(inner);
    close(inner);
    must(write(client, "more", 4) == 4, "write");
    must(epoll_wait(copy, &event, 1, -1) == 1 && event.data.fd == conn, "by a copy");
    must(read(conn, text, 16) == 4, "read");
    close(copy), close(conn), close(client), close(outer);
}

// Calls with arguments that no right program has: numbers at random, and pointers into nothing or to
// where the memory ends.
static void hostile(void) {
    static const int calls[] = {
        SYS_accept, SYS_accept4, SYS_bind, SYS_connect, SYS_epoll_ctl, SYS_epoll_pwait, SYS_fcntl,
        SYS_getsockopt, SYS_ioctl, SYS_listen, SYS_ppoll, SYS_pselect6, SYS_read, SYS_readv, SYS_recvfrom,
        SYS_recvmmsg, SYS_recvmsg, SYS_sendfile, SYS_sendmmsg, SYS_sendmsg, SYS_sendto, SYS_setsockopt,
        SYS_shutdown, SYS_splice, SYS_timerfd_settime, SYS_write, SYS_writev, SYS_socketpair, SYS_pipe2,
        SYS_dup, SYS_dup3, SYS_eventfd2, SYS_signalfd4, SYS_epoll_create1, SYS_epoll_pwait2, SYS_close,
        SYS_close_range, SYS_socket, SYS_io_uring_setup,
#ifdef SYS_poll
        SYS_poll, SYS_select, SYS_epoll_wait, SYS_pipe, SYS_dup2,
#endif
    };
    size_t page = 4096, many = sizeof calls / sizeof *calls;
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPIPE, &action, NULL);
    must(memory != MAP_FAILED && mprotect(memory + page, page, PROT_NONE) == 0, "mmap");
    uint64_t state = 88172645463325252u;
    struct timespec *soon = (struct timespec *)memory;
    begin();
    fcntl(listener, F_SETFL, O_NONBLOCK);
    for (int turn = 0; turn < 3000; turn++) {
        long args[6];
        for (int i = 0; i < 6; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            long odd[] = {0, 1, -1, (long)(memory + page - 12), (long)(memory + page), 1l << 47,
                          (long)(memory + state % 4000), (long)(state % 12), 2147483647, (long)state};
            args[i] = odd[(state >> 40) % 10];
        }
        int call = calls[(state >> 20) % many];
        // What is random is the memory too; what sleeps does so for a millisecond.
        memcpy(memory + 16 + state % 4000, &state, sizeof state);
        soon->tv_sec = 0, soon->tv_nsec = 1000000;
        if (call == SYS_ppoll) args[2] = (long)soon, args[3] = 0;
        if (call == SYS_pselect6) args[4] = (long)soon, args[5] = 0;
        if (call == SYS_epoll_pwait || call == SYS_epoll_pwait2) args[3] = 0, args[4] = 0;
        if (call == SYS_recvmmsg) args[3] |= MSG_DONTWAIT, args[4] = 0;
#ifdef SYS_poll
        if (call == SYS_poll) args[2] = 0;
        if (call == SYS_epoll_wait) args[3] = 0;
        if (call == SYS_select) args[4] = (long)(memory + page);
#endif
        // Nothing is read from or written to whoever has started it, and no call sleeps for ever.
        if (args[0] >= 0 && args[0] < 3) args[0] = 999;
        if (call == SYS_close_range || call == SYS_close) args[0] = args[0] < 3 ? 3 : args[0];
        if (call == SYS_recvfrom || call == SYS_recvmsg || call == SYS_sendto || call == SYS_sendmsg) {
            args[3] |= MSG_DONTWAIT, args[2] |= MSG_DONTWAIT;
        }
        if (call == SYS_read || call == SYS_readv || call == SYS_splice || call == SYS_write ||
            call == SYS_writev || call == SYS_sendfile) {
            fcntl((int)args[0], F_SETFL, O_NONBLOCK), fcntl((int)args[1], F_SETFL, O_NONBLOCK);
            fcntl((int)args[2], F_SETFL, O_NONBLOCK);
            if (args[1] < 3 || args[2] < 3) args[1] = args[2] = 999;
        }
#ifdef SYS_dup2
        if (call == SYS_dup2) args[1] = 40 + (args[1] & 7);
#endif
        if (call == SYS_dup3) args[1] = 40 + (args[1] & 7);
        alarm(1);
        syscall(call, args[0], args[1], args[2], args[3], args[4], args[5]);
    }
    alarm(0);
}

int main(int count, char **words) {
    static const struct {
        const char *name;
        void (*part)(void);
    } parts[] = {{"forms", forms}, {"signals", signals}, {"threads", threads},
                 {"family", family}, {"nested", nested}, {"hostile", hostile}};
    for (unsigned i = 0; count > 1 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, words[1]) == 0) {
            parts[i].part();
            return 0;
        }
    }
    return 2;
}
