package io.covenant.transactions.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.covenant.transactions.participant", "io.covenant.transactions.initiator");

    @Test
    void keepsTheTwoSidesApart() {
        noClasses()
                .that()
                .resideInAPackage("..initiator..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..participant..")
                .because("a service may begin transactions without having a database of its own")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..participant..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..initiator..")
                .because("a service may take part in transactions without ever beginning one")
                .check(CLASSES);
    }

    @Test
    void keepsHttpOutOfTheWorkOnBranches() {
        noClasses()
                .that()
                .haveNameMatching(
                        ".*\\.(BranchExecutor|PrepareCall|FinishCall|BranchTransaction|BranchEvidence|SqlFailure)")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.covenant.web..", "org.springframework.web..", "org.springframework.http..")
                .because("the executor works on branches of any origin, as the benchmarks do without HTTP")
                .check(CLASSES);
    }

    @Test
    void readsNoWallClock() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("what decides is given its clock; what measures a span uses nanoTime")
                .check(CLASSES);
    }
}
