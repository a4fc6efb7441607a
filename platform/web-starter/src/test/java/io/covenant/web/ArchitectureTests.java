package io.covenant.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.covenant.web");

    @Test
    void keepsItsPackagesFreeOfCycles() {
        slices().matching("io.covenant.web.(*)..")
                .should()
                .beFreeOfCycles()
                .because("each package can then be read, and left out, by itself")
                .check(CLASSES);
    }

    @Test
    void knowsNothingOfTransactionsOrServices() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.covenant.transactions..", "io.covenant.coordinator..", "io.covenant.launcher..")
                .because("the ground of every service does not know what is built on it")
                .check(CLASSES);
    }

    @Test
    void needsNoDatabaseLibrary() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("DatabaseProblems")
                .and()
                .doNotHaveSimpleName("Database")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.dao..", "org.springframework.jdbc..", "org.hibernate..")
                .because("a service without a database has none of them")
                .check(CLASSES);
    }
}
