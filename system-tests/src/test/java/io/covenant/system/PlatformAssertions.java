package io.covenant.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.invariants.Finding;
import io.covenant.launcher.load.LoadReport;

/// What must be true after every fault.
final class PlatformAssertions {

    private PlatformAssertions() {}

    /// No answer contradicts another one, and no question is left open.
    static void assertRight(LoadReport report) {
        assertThat(report.wrong()).as("wrong answers of %s", report).isEmpty();
        assertThat(report.unresolved()).as("unresolved writes of %s", report).isZero();
        assertThat(report.confirmed()).as("confirmed orders of %s", report).isPositive();
    }

    /// Stock is conserved, nothing is half done, nothing acknowledged is lost, nothing stays prepared.
    static void assertInvariants(PlatformUnderTest platform) throws InterruptedException {
        assertThat(platform.invariants())
                .allSatisfy(finding -> assertThat(finding.verdict())
                        .as("%s (%s) %s", finding.sentence(), finding.figures(), finding.violations())
                        .isEqualTo(Finding.Verdict.OK));
    }
}
