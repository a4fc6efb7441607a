package io.covenant.locks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("io.covenant.locks");

    @Test
    void keepsFeaturesApart() {
        ApplicationModules.of(
                        LockServiceApplication.class,
                        JavaClass.Predicates.resideInAnyPackage(
                                "io.covenant.locks.wire..",
                                "io.covenant.locks.client..",
                                "io.covenant.locks.fencing.."))
                .verify();
    }

    @Test
    void runsAReplicaWithoutAServer() {
        noClasses()
                .that()
                .resideInAPackage("io.covenant.locks.node")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.web..", "jakarta.servlet..", "io.covenant.locks.web..")
                .because("benchmarks and other services embed it")
                .check(CLASSES);
    }

    @Test
    void keepsTheProtocolAwayFromTheWire() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.covenant.locks.namespace", "io.covenant.locks.primary", "io.covenant.locks.node")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.covenant.locks.wire..")
                .because("what is decided does not hang on how it is written down for clients")
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
