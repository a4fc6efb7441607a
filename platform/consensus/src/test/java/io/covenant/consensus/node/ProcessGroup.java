package io.covenant.consensus.node;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/// Three nodes as processes, that can be killed.
final class ProcessGroup implements AutoCloseable {

    static final List<String> NAMES = List.of("a", "b", "c");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    enum Said {
        APPLIED,
        REFUSED,
        UNKNOWN
    }

    record Answer(Said said, long index) {}

    private final Path directory;
    private final int segmentBytes;
    private final Map<String, Child> children = new ConcurrentSkipListMap<>();

    ProcessGroup(Path directory) throws IOException {
        this(directory, 16 << 20);
    }

    ProcessGroup(Path directory, int segmentBytes) throws IOException {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        for (var name : NAMES) {
            start(name);
        }
    }

    final class Child {

        final String name;
        private final Process process;
        private final Writer in;
        private final ReentrantLock lock = new ReentrantLock();
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final Map<String, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();
        private volatile CompletableFuture<Map<Long, String>> dumped = new CompletableFuture<>();
        private volatile Map<Long, String> lines = new TreeMap<>();
        private volatile boolean leads;
        private volatile boolean gone;

        private Child(String name) throws IOException {
            this.name = name;
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx96m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            NodeProcess.class.getName(),
                            directory.resolve(name).toString(),
                            name,
                            String.join(",", NAMES),
                            Integer.toString(segmentBytes))
                    .redirectError(directory.resolve(name + ".log").toFile())
                    .start();
            in = process.outputWriter();
            Thread.ofVirtual().start(this::listen);
        }

        private void listen() {
            try (var said = process.inputReader()) {
                for (var line = said.readLine(); line != null; line = said.readLine()) {
                    hear(line.split(" ", 3));
                }
            } catch (IOException | RuntimeException cutShort) {
                // The last line of a killed process may be no whole one.
                leads = false;
            }
            leads = false;
            gone = true;
            asked.values().forEach(future -> future.complete(new Answer(Said.UNKNOWN, 0)));
        }

        private void hear(String[] words) {
            switch (words[0]) {
                case "at" -> port.complete(Integer.parseInt(words[1]));
                case "leader" -> leads = true;
                case "follower" -> leads = false;
                case "applied", "confirmed", "counted" ->
                    answer(words[1], new Answer(Said.APPLIED, Long.parseLong(words[2])));
                case "refused" -> answer(words[1], new Answer(Said.REFUSED, 0));
                case "unknown" -> answer(words[1], new Answer(Said.UNKNOWN, 0));
                case "line" -> lines.put(Long.parseLong(words[1]), words[2]);
                case "dumped" -> dumped.complete(lines);
                case "closes" -> {}
                default -> throw new IllegalArgumentException(String.join(" ", words));
            }
        }

        private void answer(String text, Answer answer) {
            var future = asked.remove(text);
            if (future != null) {
                future.complete(answer);
            }
        }

        CompletableFuture<Answer> propose(String text) {
            return ask("propose", text);
        }

        /// Whether it leads; the index is its term.
        CompletableFuture<Answer> confirm(String text) {
            return ask("confirm", text);
        }

        /// How many lines there are, by a read that sees all that was acknowledged.
        CompletableFuture<Answer> count(String text) {
            return ask("count", text);
        }

        private CompletableFuture<Answer> ask(String what, String text) {
            var future = new CompletableFuture<Answer>();
            asked.put(text, future);
            say(what + " " + text);
            if (gone) {
                future.complete(new Answer(Said.UNKNOWN, 0));
            }
            return future;
        }

        /// All lines, by index.
        Map<Long, String> dump() {
            lines = new TreeMap<>();
            dumped = new CompletableFuture<>();
            say("dump");
            return Cluster.soon(dumped);
        }

        private void say(String line) {
            lock.lock();
            try {
                in.write(line + "\n");
                in.flush();
            } catch (IOException gone) {
                leads = false;
            } finally {
                lock.unlock();
            }
        }

        /// By a signal that cannot be caught.
        void kill() throws InterruptedException {
            leads = false;
            process.destroyForcibly();
            process.waitFor();
        }

        /// It stands still, and does not know.
        void pause() throws IOException, InterruptedException {
            signal("STOP");
        }

        void resume() throws IOException, InterruptedException {
            signal("CONT");
        }

        private void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        int exitCode() throws InterruptedException {
            return process.waitFor();
        }

        /// What it wrote into its log file.
        String complaints() throws IOException {
            return Files.readString(directory.resolve(name + ".log"));
        }

        /// By asking it.
        void end() {
            say("close");
        }

        boolean isAlive() {
            return process.isAlive();
        }
    }

    void start(String name) throws IOException {
        children.put(name, new Child(name));
        var peers = children.values().stream()
                .map(child -> child.name + "=" + Cluster.soon(child.port))
                .collect(Collectors.joining(","));
        children.values().forEach(child -> child.say("peers " + peers));
    }

    Optional<Child> anyLeader() {
        return children.values().stream().filter(child -> child.leads).findFirst();
    }

    Child leader() {
        return leaderExcept("");
    }

    Child leaderExcept(String name) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () -> children.values().stream()
                                .filter(child -> child.leads && !child.name.equals(name))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    Child child(String name) {
        return Objects.requireNonNull(children.get(name), name);
    }

    List<Child> children() {
        return new ArrayList<>(children.values());
    }

    @Override
    public void close() {
        for (var child : children.values()) {
            try {
                child.kill();
                child.in.close();
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            } catch (IOException closed) {
                throw new UncheckedIOException(closed);
            }
        }
    }
}
