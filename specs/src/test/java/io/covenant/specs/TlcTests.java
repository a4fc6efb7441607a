package io.covenant.specs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlcTests {

    private static final String COUNTER = """
            ---- MODULE Counter ----
            EXTENDS Naturals
            CONSTANT Last
            VARIABLE n
            Safety == n = 0 /\\ [][n < Last /\\ n' = n + 1]_n
            Small == n < 3
            ====
            """;

    @TempDir
    Path directory;

    @Test
    void countsTheStatesOfAModelThatHolds() throws Exception {
        var verdict = check(2);
        assertThat(verdict.completed()).as(verdict.output()).isTrue();
        assertThat(verdict.violated()).isEmpty();
        assertThat(verdict.distinct()).isEqualTo(3);
    }

    @Test
    void namesTheInvariantThatBreaksAndTheWayThere() throws Exception {
        var verdict = check(3);
        assertThat(verdict.completed()).as(verdict.output()).isFalse();
        assertThat(verdict.violated()).contains("Small");
        assertThat(verdict.steps()).isEqualTo(4);
    }

    @Test
    void isNotContentWithASpecificationThatDoesNotParse() throws Exception {
        Files.writeString(directory.resolve("Counter.tla"), COUNTER.replace("EXTENDS Naturals", ""));
        Files.writeString(directory.resolve("Counter.cfg"), configuration(2));
        var verdict = Tlc.check(
                Model.of(directory.resolve("Counter.cfg")), directory.resolve("scratch"), Duration.ofMinutes(5));
        assertThat(verdict.completed()).isFalse();
        assertThat(verdict.violated()).isEmpty();
    }

    private Tlc.Verdict check(int last) throws Exception {
        Files.writeString(directory.resolve("Counter.tla"), COUNTER);
        Files.writeString(directory.resolve("Counter.cfg"), configuration(last));
        return Tlc.check(
                Model.of(directory.resolve("Counter.cfg")), directory.resolve("scratch"), Duration.ofMinutes(5));
    }

    private static String configuration(int last) {
        return """
                \\* Counts to %d.
                CONSTANT Last = %d
                SPECIFICATION Safety
                INVARIANT Small
                CHECK_DEADLOCK FALSE
                """.formatted(last, last);
    }
}
