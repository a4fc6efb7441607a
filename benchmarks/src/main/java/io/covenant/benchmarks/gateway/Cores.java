package io.covenant.benchmarks.gateway;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Who works on which core: the proxies on the first, this process with load and backends on the second.
///
/// @param pinned whether there is a second core and a program that keeps processes to one
record Cores(boolean pinned) {

    private static final String PROXIES = "0";
    private static final String LOAD = "1";

    static Cores here(String path) {
        boolean taskset = Arrays.stream(path.split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "taskset")));
        return new Cores(taskset && Runtime.getRuntime().availableProcessors() > 1);
    }

    /// The command of a proxy, kept to its core.
    List<String> proxy(List<String> command) {
        if (!pinned) {
            return command;
        }
        var kept = new ArrayList<>(List.of("taskset", "-c", PROXIES));
        kept.addAll(command);
        return kept;
    }

    /// Keeps this process to its core.
    void takeLoad() throws IOException, InterruptedException {
        if (pinned) {
            String self = Long.toString(ProcessHandle.current().pid());
            int result = new ProcessBuilder("taskset", "-a", "-c", "-p", LOAD, self)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (result != 0) {
                throw new IOException("taskset cannot keep this process to core " + LOAD);
            }
        }
    }

    @Override
    public String toString() {
        return pinned
                ? "the proxy on core %s alone, load and backends on core %s".formatted(PROXIES, LOAD)
                : "NOT PINNED, for want of taskset or of a second core: proxy, load and backends take what they get";
    }
}
