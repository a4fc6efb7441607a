package io.covenant.transactions;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the cores must not know.
class CorePurityTests {

    private static final JavaClasses CORES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.covenant.transactions");

    @Test
    void knowTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage("io.covenant.transactions..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify.annotations..", "io.covenant.transactions..")
                .because("whoever uses a protocol chooses his own framework")
                .check(CORES);
    }

    @Test
    void touchNoNetworkDatabaseOrFile() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.sql..", "javax..", "java.nio..", "java.io..")
                .because("a simulation has to decide what is sent, kept and lost")
                .check(CORES);
    }

    @Test
    void readNoClockAndDrawNoLots() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.random.RandomGenerator.class)
                .because("the same inputs must lead to the same steps, in production and in simulation")
                .check(CORES);
    }

    @Test
    void runInNoThreadOfTheirOwn() {
        noClasses()
                .that()
                .areNotAssignableTo(CrashPoints.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent..")
                .because("a core is a function; who calls it keeps the order")
                .check(CORES);
    }
}
