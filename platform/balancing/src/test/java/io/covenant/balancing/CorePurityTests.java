package io.covenant.balancing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Unlike other cores this one is for many threads at once; it still must start none, wait for none but
/// at its one lock, and decide by nothing but its inputs.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorePurityTests {

    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.covenant.balancing");

    @Test
    void knowsTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify.annotations..", "io.covenant.balancing..")
                .because("the gateway and every client use it, each with a framework of its own")
                .check(core);
    }

    @Test
    void touchesNoNetworkDatabaseOrFile() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.sql..", "java.io..", "java.nio..", "javax..")
                .because("who probes and who sends is the caller's choice")
                .check(core);
    }

    @Test
    void readsNoClockAndDrawsNoLotsOfItsOwn() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(RandomGenerator.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|Instant|InstantSource)")
                .because("the same time and the same lots must lead to the same picks")
                .check(core);
    }

    @Test
    void startsNoThread() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\.[A-Z].*")
                .because("only atomics and the lock are needed; whoever picks lets time pass")
                .check(core);
    }
}
