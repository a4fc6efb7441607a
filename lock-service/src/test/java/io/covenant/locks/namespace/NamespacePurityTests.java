package io.covenant.locks.namespace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the replicated state must not know.
class NamespacePurityTests {

    private static final JavaClasses NAMESPACE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.covenant.locks.namespace");

    @Test
    void knowsTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify.annotations..", "io.covenant.locks.namespace..")
                .because("whoever replicates it chooses the log, the transport and the framework")
                .check(NAMESPACE);
    }

    @Test
    void readsAndWritesOnlyTheStreamsThatItIsGiven() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.sql..", "java.nio.file..", "java.nio.channels..", "javax..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|RandomAccess|Print|Console).*")
                .because("a simulation has to decide what is sent, kept and lost")
                .check(NAMESPACE);
    }

    @Test
    void readsNoClockAndDrawsNoLots() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.time..", "java.util.random..", "java.security.SecureRandom")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(Random|SplittableRandom|Date|Calendar|Timer)")
                .because("every replica must come to the same state, and a log that is replayed as well")
                .check(NAMESPACE);
    }

    @Test
    void runsInNoThreadOfItsOwn() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .because("the log has one order, and so has what is applied")
                .check(NAMESPACE);
    }

    @Test
    void iteratesOverNothingThatHasNoOrder() {
        noClasses()
                .should()
                .callMethod(java.util.HashMap.class, "entrySet")
                .orShould()
                .callMethod(java.util.HashMap.class, "values")
                .orShould()
                .callMethod(java.util.Map.class, "entrySet")
                .orShould()
                .callMethod(java.util.Map.class, "values")
                .orShould()
                .callMethod(java.util.Map.class, "keySet")
                .because("the order of a hash map may differ from replica to replica")
                .check(NAMESPACE);
    }
}
