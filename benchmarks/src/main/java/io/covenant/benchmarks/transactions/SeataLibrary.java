package io.covenant.benchmarks.transactions;

import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The class path of Seata's server and clients, no part of the build: Maven fetches it when Seata is to be measured.
final class SeataLibrary {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private SeataLibrary() {}

    /// Its directory, which stays.
    ///
    /// @param project the checkout
    /// @throws NotToBeHadException when the Maven repositories do not give it
    static Path fetched(Path project) throws NotToBeHadException, IOException, InterruptedException {
        Path home = project.resolve("benchmarks").resolve("seata");
        Path target = Files.createDirectories(home.resolve("target"));
        Path whole = target.resolve("fetched");
        if (!isNewer(whole, home.resolve("pom.xml"))) {
            Trees.delete(target.resolve("lib"));
            Path log = target.resolve("fetch.log");
            var fetch = new ProcessBuilder(
                            project.resolve("mvnw").toString(),
                            "-B",
                            "-f",
                            home.resolve("pom.xml").toString(),
                            "dependency:copy-dependencies")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
            fetch.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = fetch.start();
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroy();
                throw new NotToBeHadException("the Maven repositories do not give it, see " + log);
            }
            Files.writeString(whole, "");
        }
        return target.resolve("lib");
    }

    private static boolean isNewer(Path file, Path than) throws IOException {
        return Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) > 0;
    }
}
