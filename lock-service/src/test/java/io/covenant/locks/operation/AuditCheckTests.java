package io.covenant.locks.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.namespace.AuditEntry;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Limits;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.OperatorAct;
import io.covenant.security.audit.AuditReport.Finding;
import io.covenant.security.audit.AuditReport.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditCheckTests {

    private static List<AuditEntry> acts(int count, String by) {
        var namespace = new Namespace(Limits.standard(), 10);
        for (int i = 1; i <= count; i++) {
            namespace.apply(i, 1_000L * i, new Command.Note(OperatorAct.TRANSFER, "lock-" + i, by, "tired, again"));
        }
        return new ArrayList<>(namespace.audit());
    }

    private static List<Kind> found(List<AuditEntry> entries) {
        return AuditCheck.of("locks@lock-1", entries).findings().stream()
                .map(Finding::kind)
                .toList();
    }

    @Test
    void findsNothingInWhatWasWritten() {
        var entries = acts(4, "root");
        var report = AuditCheck.of("locks@lock-1", entries);

        assertThat(report.whole()).isTrue();
        assertThat(report.entries()).isEqualTo(4);
        assertThat(report.head()).isEqualTo(entries.getLast().hash());
        assertThat(AuditCheck.of("locks@lock-1", List.of()).whole()).isTrue();
    }

    @Test
    void findsNothingWhenWhatIsOldIsForgotten() {
        var entries = acts(1_200, "root");

        assertThat(entries.getFirst().number()).isEqualTo(201);
        assertThat(found(entries)).isEmpty();
    }

    @Test
    void findsAnEntryThatSaysSomethingElse() {
        var entries = acts(4, "root");
        var told = entries.get(1);
        entries.set(
                1,
                new AuditEntry(
                        told.number(),
                        told.previous(),
                        told.stamp(),
                        told.timeMillis(),
                        told.act(),
                        told.name(),
                        "nobody",
                        told.reason(),
                        told.former(),
                        told.hash()));

        assertThat(found(entries)).containsExactly(Kind.CHANGED);
    }

    @Test
    void findsAnEntryThatWasReplacedHashAndAll() {
        var entries = acts(4, "root");
        entries.set(1, acts(2, "nobody").getLast());

        assertThat(found(entries)).containsExactly(Kind.UNLINKED, Kind.UNLINKED);
    }

    @Test
    void findsThatEntriesAreMissing() {
        var entries = acts(4, "root");
        entries.remove(2);

        assertThat(found(entries)).containsExactly(Kind.REMOVED);
    }

    @Test
    void findsAnEntryThatCameInBetween() {
        var entries = acts(4, "root");
        entries.add(2, entries.get(1));

        assertThat(found(entries)).containsExactly(Kind.INSERTED);
    }
}
