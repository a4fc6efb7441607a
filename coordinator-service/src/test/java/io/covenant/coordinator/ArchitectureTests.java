package io.covenant.coordinator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.covenant.coordinator");

    @Test
    void keepsFeaturesApart() {
        ApplicationModules.of(CoordinatorServiceApplication.class).verify();
    }

    @Test
    void runsWithoutASpringContext() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.covenant.coordinator.transaction",
                        "io.covenant.coordinator.ownership",
                        "io.covenant.coordinator.recovery",
                        "io.covenant.coordinator.database")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.context..",
                        "org.springframework.beans..",
                        "org.springframework.stereotype..",
                        "org.springframework.web..",
                        "jakarta..")
                .because("the engine is also embedded, without a server around it")
                .check(CLASSES);
    }

    @Test
    void readsTheTimeFromWhatItWasGiven() {
        noClasses()
                .that()
                .resideInAnyPackage("io.covenant.coordinator.transaction", "io.covenant.coordinator.recovery")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("what is decided must not hang on a hidden clock")
                .check(CLASSES);
    }

    @Test
    void showsControllersToNobody() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Controller")
                .should()
                .bePackagePrivate()
                .because("HTTP is their only door")
                .check(CLASSES);
    }
}
