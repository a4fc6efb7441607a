package io.covenant.benchmarks.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which sources were measured.
public final class Commit {

    private Commit() {}

    /// The commit of a checkout, with a plus when the files differ from it; a dash where there is no git.
    public static String of(Path project) {
        String commit = git(project, "rev-parse", "--short=12", "HEAD");
        return commit.isEmpty()
                ? "-"
                : commit + (git(project, "status", "--porcelain").isEmpty() ? "" : "+");
    }

    private static String git(Path project, String... arguments) {
        var command = new ArrayList<>(List.of("git", "-C", project.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
