package io.covenant.balancing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.Policy;
import io.covenant.balancing.Settings;
import io.covenant.balancing.health.SlowStart;
import io.covenant.balancing.outlier.OutlierRules;
import io.covenant.simulation.Seeds;
import org.junit.jupiter.api.Test;

/// Ten nodes of four workers; latencies are in mean service times, loads in shares of what the nodes can
/// do.
class BalancingSimulation {

    private static final Settings NO_EJECTION = Settings.DEFAULTS.with(OutlierRules.NONE);

    /// One of ten at a third of the speed, as after a bad disk or a noisy neighbour.
    @Seeds(8)
    void sparesASlowNode(long seed) {
        var byLoad = slowNode(seed, new Policy.LeastLoaded(), 0.85);
        assertThat(byLoad.share(byLoad.nodes.getFirst())).isLessThanOrEqualTo(0.052);
        assertThat(byLoad.percentile(0.99)).isLessThanOrEqualTo(7);
        var byLatency = slowNode(seed, new Policy.PeakEwma(), 0.85);
        assertThat(byLatency.share(byLatency.nodes.getFirst())).isLessThanOrEqualTo(0.03);
        assertThat(byLatency.percentile(0.99)).isLessThanOrEqualTo(7);
    }

    /// What the rule above is worth: taking turns drives the slow node into the ground at a load that is
    /// far from full.
    @Seeds(4)
    void drownsASlowNodeByTakingTurns(long seed) {
        var inTurn = slowNode(seed, new Policy.RoundRobin(), 0.7);
        assertThat(inTurn.share(inTurn.nodes.getFirst())).isBetween(0.099, 0.101);
        assertThat(inTurn.percentile(0.99)).isGreaterThan(300);
    }

    private static Queues slowNode(long seed, Policy policy, double load) {
        var queues = new Queues(seed, 10, 1, policy, NO_EJECTION);
        queues.nodes.getFirst().speed = 1 / 3.0;
        return queues.under(load).run(5).countAnew().run(15);
    }

    /// A node that answers nothing: within a second it is ejected, and then gets a trial now and then.
    @Seeds(8)
    void ejectsABlackHole(long seed) {
        for (var policy : Policy.all()) {
            var queues = badNode(seed, policy, Settings.DEFAULTS, Backend.Mode.SILENT);
            assertThat(queues.share(queues.nodes.getFirst())).isLessThanOrEqualTo(0.01);
        }
    }

    /// A node that fails everything at once looks idle, and would draw nearly everything without these
    /// rules.
    @Seeds(8)
    void ejectsANodeThatFailsFast(long seed) {
        for (var policy : Policy.all()) {
            var queues = badNode(seed, policy, Settings.DEFAULTS, Backend.Mode.FAILING);
            assertThat(queues.share(queues.nodes.getFirst())).isLessThanOrEqualTo(0.01);
        }
    }

    @Seeds(4)
    void isNotDrawnToFastFailuresEvenWithoutEjection(long seed) {
        for (var policy : new Policy[] {new Policy.LeastLoaded(), new Policy.PeakEwma()}) {
            var queues = badNode(seed, policy, NO_EJECTION, Backend.Mode.FAILING);
            assertThat(queues.share(queues.nodes.getFirst())).isLessThanOrEqualTo(0.02);
        }
    }

    private static Queues badNode(long seed, Policy policy, Settings settings, Backend.Mode mode) {
        var queues = new Queues(seed, 10, 1, policy, settings).under(0.5).run(2);
        queues.nodes.getFirst().mode = mode;
        return queues.run(1).countAnew().run(10);
    }

    /// Forty gateways that know nothing of one another, in one instant: nobody is overrun.
    @Seeds(20)
    void doesNotLetAHerdOfGatewaysRunToOneNode(long seed) {
        for (var policy : Policy.all()) {
            var queues = new Queues(seed, 10, 40, policy, Settings.DEFAULTS);
            queues.burst();
            int most = queues.nodes.stream().mapToInt(each -> each.taken).max().orElseThrow();
            // 4 are due; the fullest of ten by chance alone has 12 or more in 1 of 300 bursts.
            assertThat(most).isLessThanOrEqualTo(12);
        }
    }

    /// Twenty gateways, each of which sees a twentieth of what is in flight, still spare the slow node
    /// together.
    @Seeds(4)
    void sparesASlowNodeTogether(long seed) {
        var queues = new Queues(seed, 10, 20, new Policy.LeastLoaded(), NO_EJECTION);
        queues.nodes.getFirst().speed = 1 / 3.0;
        queues.under(0.7).run(5).countAnew().run(15);
        assertThat(queues.share(queues.nodes.getFirst())).isLessThanOrEqualTo(0.06);
        assertThat(queues.percentile(0.99)).isLessThanOrEqualTo(30);
    }

    /// A node joins, five times slower than the others in its first three seconds.
    @Seeds(8)
    void warmsAColdNodeUp(long seed) {
        double gentle = joinCold(seed, Settings.DEFAULTS);
        double abrupt = joinCold(seed, Settings.DEFAULTS.with(SlowStart.NONE));
        assertThat(gentle).isLessThanOrEqualTo(10);
        assertThat(abrupt).isGreaterThan(5 * gentle);
    }

    private static double joinCold(long seed, Settings settings) {
        var queues = new Queues(seed, 9, 1, new Policy.RoundRobin(), settings)
                .under(0.7)
                .run(2);
        var cold = queues.join();
        cold.speed = 0.2;
        queues.countAnew().run(3);
        double tail = queues.percentile(0.99);
        cold.speed = 1;
        queues.run(8).countAnew().run(2);
        assertThat(queues.share(cold)).isBetween(0.099, 0.101);
        return tail;
    }

    @Test
    void isTheSameForTheSameSeed() {
        var first = slowNode(1, new Policy.PeakEwma(), 0.8);
        var second = slowNode(1, new Policy.PeakEwma(), 0.8);
        assertThat(first.sent).isEqualTo(second.sent);
        assertThat(first.percentile(0.5)).isEqualTo(second.percentile(0.5));
        assertThat(first.share(first.nodes.getFirst())).isEqualTo(second.share(second.nodes.getFirst()));
    }
}
