package io.covenant.launcher.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The first process of a running server, as its data directory's `postmaster.pid` tells it and the operating system
/// confirms it.
///
/// @param ready it says of itself that it takes connections
record Postmaster(long pid, int port, boolean ready) {

    private static final String FILE = "postmaster.pid";
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 210, 22, 47};

    /// The server that runs in the data directory, whoever started it. A file left by a dead one does not count, nor
    /// one whose number some other program has now.
    static Optional<Postmaster> in(Path data) {
        return written(data).filter(postmaster -> isPostgresOf(data, postmaster.pid()));
    }

    /// Removes what a dead server left behind, so that a number used again by another program cannot bar the next
    /// start.
    static void forgetDead(Path data) throws IOException {
        if (in(data).isEmpty()) {
            Files.deleteIfExists(data.resolve(FILE));
        }
    }

    /// Every process of the server in the data directory that is seen for certain, also when its postmaster is dead.
    static List<ProcessHandle> processes(Path data) {
        return ProcessHandle.allProcesses()
                .filter(process -> isPostgres(process).orElse(false))
                .filter(process -> worksIn(data, process.pid()).orElse(false))
                .filter(process -> !isZombie(process.pid()))
                .toList();
    }

    static void signal(String signal, List<ProcessHandle> processes) {
        if (!processes.isEmpty()) {
            String pids = String.join(
                    " ", processes.stream().map(p -> Long.toString(p.pid())).toList());
            Commands.run(List.of("/bin/sh", "-c", "kill -s " + signal + " " + pids));
        }
    }

    ProcessHandle process() {
        return ProcessHandle.of(pid)
                .orElseThrow(() -> new PostgresFailure("PostgreSQL (pid " + pid + ") has ended meanwhile"));
    }

    Optional<Instant> startedAt() {
        return ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
    }

    /// Whether it answers the first message of the protocol; a stopped (SIGSTOP) or overloaded one does not in time.
    boolean answers(Duration patience) {
        try (var socket = new Socket()) {
            int millis = Math.toIntExact(patience.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(SSL_REQUEST);
            int answer = socket.getInputStream().read();
            return answer == 'N' || answer == 'S';
        } catch (IOException _) {
            return false;
        }
    }

    private static Optional<Postmaster> written(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve(FILE));
            long pid = Long.parseLong(lines.getFirst().strip());
            int port = lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0;
            boolean ready = lines.size() > 7 && "ready".equals(lines.get(7).strip());
            return Optional.of(new Postmaster(pid, port, ready));
        } catch (IOException | NumberFormatException | NoSuchElementException _) {
            return Optional.empty();
        }
    }

    /// The program is `postgres` and works in this directory. What cannot be seen is believed: better to refuse a start
    /// than to run two servers in one directory.
    private static boolean isPostgresOf(Path data, long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
                && !isZombie(pid)
                && ProcessHandle.of(pid).flatMap(Postmaster::isPostgres).orElse(true)
                && worksIn(data, pid).orElse(true);
    }

    /// Empty when the operating system does not let us see.
    private static Optional<Boolean> isPostgres(ProcessHandle process) {
        return process.info().command().map(command -> command.endsWith("/postgres"));
    }

    private static Optional<Boolean> worksIn(Path data, long pid) {
        try {
            return Optional.of(
                    Files.isSameFile(Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd")), data));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
        } catch (IOException _) {
            return false;
        }
    }
}
