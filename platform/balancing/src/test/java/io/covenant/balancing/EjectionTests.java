package io.covenant.balancing;

import static io.covenant.balancing.Town.MILLISECOND;
import static io.covenant.balancing.Town.SECOND;
import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.outlier.Reason;
import io.covenant.balancing.view.InstanceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class EjectionTests {

    private final Town town = new Town(4);
    private final Picker picker = town.picker(new Policy.RoundRobin());

    @Test
    void ejectsAfterFiveGatewayErrorsInARowAndSaysWhy() {
        town.sendTo(0, 4, Outcome.UNREACHABLE);
        assertThat(town.send(picker, 400)).containsKey(id(0));
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        assertThat(town.send(picker, 400)).doesNotContainKey(id(0));
        assertThat(town.changes)
                .containsExactly(new Change.Ejected("orders", id(0), Reason.GATEWAY_ERRORS, 1, 5 * SECOND));
        var view = town.upstream.view(town.now + SECOND).instances().getFirst();
        assertThat(view.state()).isEqualTo(InstanceState.EJECTED);
        assertThat(view.shareDue()).isZero();
        assertThat(view.ejection()).satisfies(ejection -> {
            assertThat(ejection.reason()).isEqualTo("GATEWAY_ERRORS");
            assertThat(ejection.ago()).isEqualTo(Duration.ofSeconds(1));
            assertThat(ejection.left()).isEqualTo(Duration.ofSeconds(4));
        });
    }

    @Test
    void ejectsAfterTenFailuresOfAnyKind() {
        town.sendTo(0, 9, Outcome.SERVER_ERROR);
        assertThat(town.changes).isEmpty();
        town.sendTo(0, 1, Outcome.SERVER_ERROR);
        assertThat(town.changes)
                .containsExactly(new Change.Ejected("orders", id(0), Reason.SERVER_ERRORS, 1, 5 * SECOND));
    }

    @Test
    void isNotEjectedByWhatIsNotItsFault() {
        for (int i = 0; i < 100; i++) {
            town.sendTo(0, 4, Outcome.TIMED_OUT);
            town.sendTo(0, 1, Outcome.SUCCESS);
            town.sendTo(1, 1, Outcome.CANCELLED);
            town.sendTo(2, 1, Outcome.OVERLOADED);
        }
        assertThat(town.changes).isEmpty();
    }

    @Test
    void triesOneRequestWhenTheTimeIsOverAndLetsItGrowAgain() {
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        var trial = town.pick(picker, Criteria.ANY);
        assertThat(trial.id()).isEqualTo(id(0));
        // While it is under way, nobody else is risked.
        assertThat(town.send(picker, 400)).doesNotContainKey(id(0));
        trial.ended(Outcome.SUCCESS, MILLISECOND, town.now);
        var counts = town.send(picker, 3_100);
        assertThat(counts.get(id(0))).isEqualTo(100);
        town.now += 10 * SECOND;
        assertThat(town.send(picker, 4_000).get(id(0))).isEqualTo(1_000);
        assertThat(town.changes.stream().map(each -> each.getClass().getSimpleName()))
                .containsExactly("Ejected", "OnTrial", "Readmitted");
    }

    @Test
    void ejectsForLongerWhenTheTrialFails() {
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        assertThat(town.send(picker, Criteria.ANY, Outcome.UNREACHABLE)).isEqualTo(id(0));
        town.now += 10 * SECOND - 1;
        assertThat(town.send(picker, 400)).doesNotContainKey(id(0));
        town.now += 1;
        assertThat(town.send(picker, Criteria.ANY, Outcome.SUCCESS)).isEqualTo(id(0));
    }

    @Test
    void risksNoRequestThatCannotBeTriedAgain() {
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        for (int i = 0; i < 100; i++) {
            assertThat(town.send(picker, Criteria.SAFE, Outcome.SUCCESS)).isNotEqualTo(id(0));
        }
        assertThat(town.send(picker, Criteria.ANY, Outcome.SUCCESS)).isEqualTo(id(0));
    }

    @Test
    void letsAnotherRequestTryWhenTheFirstWasCancelled() {
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        assertThat(town.send(picker, Criteria.ANY, Outcome.CANCELLED)).isEqualTo(id(0));
        assertThat(town.send(picker, Criteria.ANY, Outcome.SUCCESS)).isEqualTo(id(0));
    }

    @Test
    void readmitsByAGoodProbe() {
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        town.send(picker, Criteria.SAFE, Outcome.SUCCESS);
        town.upstream.probed(id(0), true, town.now);
        assertThat(town.upstream.view(town.now).instances().getFirst().state()).isEqualTo(InstanceState.WARMING);
    }

    @Test
    void ejectsHalfOfThemAtMostAndThenUsesWhatThereIs() {
        for (int number = 0; number < 4; number++) {
            town.sendTo(number, 5, Outcome.UNREACHABLE);
        }
        assertThat(town.changes).hasSize(2);
        assertThat(town.send(picker, 400)).containsOnlyKeys(id(2), id(3));
    }

    @Test
    void neverEjectsTheOnlyOne() {
        var alone = new Town(1);
        alone.sendTo(0, 100, Outcome.UNREACHABLE);
        assertThat(alone.changes).isEmpty();
    }

    @Test
    void usesAllInPanic() {
        for (int number = 0; number < 3; number++) {
            for (int probe = 0; probe < 3; probe++) {
                town.upstream.probed(id(number), false, town.now);
            }
        }
        assertThat(town.upstream.view(town.now).panic()).isTrue();
        assertThat(town.send(picker, 400)).hasSize(4);
        town.upstream.probed(id(0), true, town.now);
        town.upstream.probed(id(0), true, town.now);
        assertThat(town.upstream.view(town.now).panic()).isFalse();
        assertThat(town.send(picker, 400)).containsOnlyKeys(id(0), id(3));
    }

    @Test
    void ejectsWhoAnswersNothingWhileRequestsWait() {
        var held = new ArrayList<Member>();
        for (int i = 0; i < 5; i++) {
            held.add(town.pick(picker, Criteria.ANY.stickingTo(id(0))));
        }
        town.now += SECOND;
        assertThat(town.send(picker, 400)).doesNotContainKey(id(0));
        assertThat(town.changes).containsExactly(new Change.Ejected("orders", id(0), Reason.SILENCE, 1, 5 * SECOND));
        // It was only paused: its first answer brings it on trial, long before the time is over.
        held.getFirst().ended(Outcome.SUCCESS, SECOND, town.now);
        assertThat(town.send(picker, Criteria.ANY, Outcome.SUCCESS)).isEqualTo(id(0));
        assertThat(town.changes).last().isEqualTo(new Change.Readmitted("orders", id(0)));
    }

    @Test
    void doesNotTakeAFewSlowRequestsOrAStreamForSilence() {
        for (int i = 0; i < 4; i++) {
            town.pick(picker, Criteria.ANY.stickingTo(id(0)));
        }
        for (int i = 0; i < 50; i++) {
            town.pick(picker, Criteria.ANY.stickingTo(id(1))).answered(MILLISECOND, town.now);
        }
        town.now += 10 * SECOND;
        assertThat(town.send(picker, 400)).hasSize(4);
    }

    @Test
    void comparesSuccessRates() {
        var five = new Town(5);
        var inTurn = five.picker(new Policy.RoundRobin());
        for (int i = 0; i < 5_000; i++) {
            var member = five.pick(inTurn, Criteria.ANY);
            boolean fails = member.id().equals(id(2)) && i % 3 == 0;
            member.ended(fails ? Outcome.SERVER_ERROR : Outcome.SUCCESS, MILLISECOND, five.now);
        }
        assertThat(five.changes).isEmpty();
        five.now += 10 * SECOND;
        assertThat(five.send(inTurn, 500)).doesNotContainKey(id(2));
        assertThat(five.changes)
                .containsExactly(new Change.Ejected("orders", id(2), Reason.SUCCESS_RATE, 1, 5 * SECOND));
    }

    @Test
    void ignoresWhatIsHeardOfThoseThatLeft() {
        var held = new ArrayList<Member>();
        for (int i = 0; i < 20; i++) {
            held.add(town.pick(picker, Criteria.ANY.stickingTo(id(3))));
        }
        town.upstream.update(Town.cluster(3), town.now);
        Town.end(held, Outcome.UNREACHABLE, town.now);
        assertThat(town.changes).isEmpty();
        assertThat(town.upstream.inFlight()).isZero();
    }

    @Test
    void sendsTheKeysOfAnEjectedOneElsewhereAndNoOthers() {
        for (int size : new int[] {10, 80}) {
            var many = new Town(size);
            var hashing = many.picker(new Policy.ConsistentHash(Policy.ConsistentHash.UNBOUNDED));
            var before = owners(many, hashing);
            many.sendTo(3, 5, Outcome.UNREACHABLE);
            var after = owners(many, hashing);
            var heirs = new HashSet<String>();
            for (int i = 0; i < before.size(); i++) {
                if (before.get(i).equals(id(3))) {
                    heirs.add(after.get(i));
                } else {
                    assertThat(after.get(i)).isEqualTo(before.get(i));
                }
            }
            assertThat(heirs).hasSizeGreaterThan(5).doesNotContain(id(3));
        }
    }

    private static List<String> owners(Town town, Picker hashing) {
        var owners = new ArrayList<String>();
        for (int i = 0; i < 5_000; i++) {
            owners.add(town.send(hashing, Criteria.ANY.key("customer-" + i), Outcome.SUCCESS));
        }
        return owners;
    }
}
