package io.covenant.specs;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every model holds what it promises, and breaks where it is a warning; the table of
/// `docs/protocols/specifications.md`
/// says with how many states.
class SpecificationsTests {

    private static final Path TLA = Path.of("tla").toAbsolutePath();
    private static final SortedMap<String, List<String>> ROWS = Collections.synchronizedSortedMap(new TreeMap<>());

    @TempDir
    Path scratch;

    static Stream<Model> models() {
        return Model.in(TLA).stream().filter(model -> !model.large());
    }

    static Stream<Model> largeModels() {
        return Model.in(TLA).stream().filter(Model::large);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("models")
    void holdsWhatItPromises(Model model) throws Exception {
        ROWS.put(model.name(), row(model, check(model, Duration.ofMinutes(15))));
    }

    @Tag("campaign")
    @ParameterizedTest
    @MethodSource("largeModels")
    void holdsWhatItPromisesInALargerWorld(Model model) throws Exception {
        var verdict = check(model, Duration.ofHours(2));
        System.out.printf(Locale.ROOT, "%s: %,d states%n", model, verdict.distinct());
    }

    @Test
    void everySpecificationIsChecked() throws IOException {
        try (var files = Files.list(TLA)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith(".tla"))
                            .map(file -> file.replace(".tla", "")))
                    .isSubsetOf(models().map(Model::specification).toList());
        }
    }

    /// A property that cannot fail proves nothing: each specification has a model in which one does.
    @Test
    void everySpecificationCanFail() {
        assertThat(models().filter(model -> model.broken().isPresent()).map(Model::specification))
                .containsAll(models().map(Model::specification).toList());
    }

    @AfterAll
    static void thePageSaysSo() throws IOException {
        if (ROWS.size() == models().count()) {
            ProtocolPage.named("specifications.md")
                    .requireTable(
                            "models", List.of("model", "of", "what for", "found"), new ArrayList<>(ROWS.values()));
        }
    }

    private Tlc.Verdict check(Model model, Duration patience) throws IOException, InterruptedException {
        var verdict = Tlc.check(model, scratch, patience);
        var broken = model.broken();
        assertThat(verdict.violated()).as(verdict.output()).isEqualTo(broken);
        assertThat(verdict.completed()).as(verdict.output()).isEqualTo(broken.isEmpty());
        return verdict;
    }

    private static List<String> row(Model model, Tlc.Verdict verdict) {
        return List.of(
                "[%s](../../specs/tla/%s.cfg)".formatted(model.name(), model.name()),
                "[%s](../../specs/tla/%s.tla)".formatted(model.specification(), model.specification()),
                model.purpose(),
                verdict.violated()
                        .map(property -> "%s breaks: %s"
                                .formatted(
                                        property,
                                        String.join(
                                                ", ",
                                                Tlc.behaviour(verdict).stream()
                                                        .skip(1)
                                                        .toList())))
                        .orElseGet(() -> String.format(Locale.ROOT, "holds in %,d states", verdict.distinct())));
    }
}
