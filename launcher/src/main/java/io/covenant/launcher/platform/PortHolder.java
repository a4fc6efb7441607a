package io.covenant.launcher.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who listens on a port of this machine, as far as the operating system tells.
final class PortHolder {

    private static final Path PROC = Path.of("/proc");
    private static final String LISTEN = "0A";
    private static final int LONGEST_COMMAND = 70;
    private static final Duration LETTING_GO = Duration.ofSeconds(2);

    private PortHolder() {}

    /// Whether somebody could listen on the port at once or in a moment: a killed process counts as dead a little
    /// before the last of its threads has let go of it.
    static boolean becomesFree(int port) {
        long end = System.nanoTime() + LETTING_GO.toNanos();
        while (!isFree(port)) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /// Whether a server could listen on this port of the loopback interface now.
    static boolean isFree(int port) {
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// The process that listens on the port, in words; "another process" when nobody says which.
    static String describe(int port) {
        return pid(port).flatMap(ProcessHandle::of).map(PortHolder::describe).orElse("another process");
    }

    private static String describe(ProcessHandle process) {
        String command = process.info()
                .commandLine()
                .or(() -> process.info().command())
                .map(line -> line.length() <= LONGEST_COMMAND ? line : line.substring(0, LONGEST_COMMAND) + "...")
                .orElse("of another user");
        return "pid %d (%s)".formatted(process.pid(), command);
    }

    private static Optional<Long> pid(int port) {
        Set<String> sockets = sockets(port);
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    return Optional.of(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException _) {
            // No /proc: then nobody says.
        }
        return Optional.empty();
    }

    /// The listening sockets as a process' descriptors name them; see `proc(5)`, `/proc/net/tcp`.
    private static Set<String> sockets(int port) {
        var sockets = new HashSet<String>();
        String localPort = ":%04X".formatted(port);
        for (String table : List.of("net/tcp", "net/tcp6")) {
            try {
                Files.readAllLines(PROC.resolve(table)).stream()
                        .map(line -> line.strip().split("\\s+", -1))
                        .filter(fields -> fields.length > 9)
                        .filter(fields -> fields[1].endsWith(localPort) && fields[3].equals(LISTEN))
                        .forEach(fields -> sockets.add("socket:[" + fields[9] + "]"));
            } catch (IOException _) {
                // Not on this system.
            }
        }
        return sockets;
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException _) {
            // Another user's, or gone meanwhile.
        }
        return false;
    }
}
