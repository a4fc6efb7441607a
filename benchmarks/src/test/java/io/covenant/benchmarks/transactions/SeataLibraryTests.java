package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With a Maven that is none.
class SeataLibraryTests {

    @TempDir
    private Path project;

    @BeforeEach
    void describe() throws IOException {
        Files.createDirectories(project.resolve("benchmarks/seata"));
        Files.writeString(project.resolve("benchmarks/seata/pom.xml"), "<project/>");
    }

    @Test
    void isFetchedOnce() throws Exception {
        mavenDoes("""
                target=$(dirname "$3")/target
                echo "$4" >>"$target/asked"
                mkdir "$target/lib"
                """);

        Path library = SeataLibrary.fetched(project);

        assertThat(library).isDirectory().isEqualTo(SeataLibrary.fetched(project));
        assertThat(library.resolveSibling("asked")).hasContent("dependency:copy-dependencies");
    }

    @Test
    void isSaidToBeMissingWhenMavenDoesNotGiveIt() throws Exception {
        mavenDoes("echo 'no such artifact'; exit 1");

        assertThatThrownBy(() -> SeataLibrary.fetched(project))
                .isInstanceOf(NotToBeHadException.class)
                .hasMessageContaining("fetch.log");
        assertThat(project.resolve("benchmarks/seata/target/fetch.log")).hasContent("no such artifact");
    }

    private void mavenDoes(String script) throws IOException {
        Path maven = Files.writeString(project.resolve("mvnw"), "#!/bin/sh\n" + script);
        assertThat(maven.toFile().setExecutable(true)).isTrue();
    }
}
