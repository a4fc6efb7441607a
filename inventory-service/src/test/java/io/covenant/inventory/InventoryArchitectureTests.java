package io.covenant.inventory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class InventoryArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.covenant.inventory");

    @Test
    void keepsItsModulesApart() {
        ApplicationModules.of(InventoryServiceApplication.class).verify();
    }

    @Test
    void keepsHttpOutOfTheShop() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..web")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.http..", "org.springframework.web..", "io.covenant.web.problem..")
                .because("what stock is does not depend on how it is asked for")
                .check(CLASSES);
    }

    @Test
    void keepsTheDatabaseOutOfControllers() {
        noClasses()
                .that()
                .resideInAPackage("..web")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.jdbc..", "jakarta.persistence..", "java.sql..")
                .because("a controller translates; the feature it belongs to knows what to do")
                .check(CLASSES);
    }

    @Test
    void takesTimeFromTheClockItIsGiven() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(InventoryServiceApplication.class.getName())
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("a test has to be able to set the time")
                .check(CLASSES);
    }
}
