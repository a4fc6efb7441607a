package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.benchmarks.measure.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReportTests {

    private static final List<Turn> TURNS = List.of(
            Samples.turn(HandWritten.NAME, 32, 0, 1_000, 1),
            Samples.turn(Samples.OURS, 32, 0, 900, 0.25),
            Samples.turn(Samples.OURS, 32, 1, 940, 0.25),
            Samples.turn(HandWritten.NAME, 32, 1, 1_000, 1));

    private static final List<Turn> REFUSALS =
            List.of(Samples.refusals(HandWritten.NAME, 50, 0), Samples.refusals(Samples.OURS, 40, 0));

    @Test
    void showsEveryContestantBesideTheFirst() {
        assertThat(report(TURNS).markdown())
                .contains("| floor          |     A |      32 |        100 |        100 % |")
                .contains("| in-process-2pc |     B |      32 | 92 (90-94) | 92 (90-94) % |")
                .contains("**in-process-2pc** (B: forced, recovered): ours")
                .contains("reached in-process-2pc: throughput as a multiple of that of floor at c=32")
                .contains("- seata-xa is left out: nobody has it")
                .contains("commit 0123456789ab+");
    }

    @Test
    void givesNoFiguresOfWhatWasWrong() {
        var wrong = Samples.wrong(Samples.turn(Samples.OURS, 32, 1, 940, 0.25), "1 prepared transactions are left");

        Report report = report(List.of(TURNS.get(0), TURNS.get(1), wrong));

        assertThat(report.markdown())
                .contains("in-process-2pc, c=32, round 2: 1 prepared transactions are left")
                .doesNotContain("orders/s");
    }

    @Test
    void isTheSameForPrograms() {
        var json = JsonMapper.shared().readTree(Figures.json(report(TURNS)));

        assertThat(json.at("/rows/1/contestant").asString()).isEqualTo("in-process-2pc");
        assertThat(json.at("/rows/1/toReference/median").asDouble()).isBetween(0.9, 0.95);
        assertThat(json.at("/turns/3/forcedWrites/coordinator").asDouble()).isEqualTo(1_000);
        assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
    }

    private static Report report(List<Turn> turns) {
        var entrants = List.of(
                new Report.Entrant(HandWritten.NAME, "by hand", Durability.FORCED_ALONE),
                new Report.Entrant(Samples.OURS, "ours", Durability.FORCED));
        var options = new Options(
                entrants.stream().map(Report.Entrant::name).toList(),
                List.of(32),
                2,
                Duration.ofSeconds(10),
                0,
                Duration.ZERO,
                Duration.ZERO,
                Catalogue.ALL,
                0,
                40);
        return new Report(
                Instant.parse("2026-11-21T10:00:00Z"),
                new Machine("Some CPU", 2, 4_096, "Linux", "JVM", List.of(), Duration.ofMillis(1)),
                "0123456789ab+",
                "17.11",
                new TreeMap<>(),
                options,
                entrants,
                List.of("seata-xa is left out: nobody has it"),
                0.5,
                2,
                turns,
                REFUSALS);
    }
}
