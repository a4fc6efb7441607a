package io.covenant.transactions;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.covenant.simulation.PureCore;
import org.junit.jupiter.api.Test;

class CorePurityTests extends PureCore {

    CorePurityTests() {
        super("io.covenant.transactions..", new String[0], CrashPoints.class);
    }

    @Test
    void writesNoBytes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio..", "java.io..")
                .because("how something is sent or kept is the shell's choice")
                .check(core);
    }
}
