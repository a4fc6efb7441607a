package io.covenant.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.covenant.gateway");

    @Test
    void keepsItsModulesApart() {
        ApplicationModules.of(GatewayApplication.class).verify();
    }

    @Test
    void neverBlocksAnEventLoopOnFilesOrDatabases() {
        noClasses()
                .that()
                .resideOutsideOfPackages( // which run on virtual threads
                        "io.covenant.gateway.control.store..",
                        "io.covenant.gateway.database..",
                        "io.covenant.gateway.kubernetes..",
                        "io.covenant.gateway.limits.postgres..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "java.net.http..")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .because("a few threads carry every request; one that waits stops hundreds")
                .check(CLASSES);
    }

    @Test
    void isToldWhatTimeItIs() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("one clock is given to all, and a test can be it")
                .check(CLASSES);
    }

    @Test
    void knowsNothingOfTheServicesButTheirNames() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.covenant.orders..",
                        "io.covenant.inventory..",
                        "io.covenant.coordinator..",
                        "io.covenant.transactions..",
                        "io.covenant.web..",
                        "jakarta.servlet..")
                .because("the edge carries requests, it does not understand them")
                .check(CLASSES);
    }
}
