package io.covenant.transactions.participant;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.transaction.annotation.Transactional;

/// The methods of the service's beans that bear an annotation of ours.
public final class DeclaredMethods {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private DeclaredMethods() {}

    /// @param bean  whose method it is
    /// @param place the method as people find it: class and name
    public record Declared<A extends Annotation>(A annotation, String bean, Method method, String place) {}

    public static <A extends Annotation> List<Declared<A>> bearing(
            Class<A> annotation, ConfigurableListableBeanFactory beans) {
        var found = new ArrayList<Declared<A>>();
        for (var bean : beans.getBeanNamesForType(Object.class, false, false)) {
            var type = AutoProxyUtils.determineTargetClass(beans, bean);
            if (type == null || !mayDeclare(type, annotation)) {
                continue;
            }
            MethodIntrospector.selectMethods(
                            type, (Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, annotation))
                    .forEach((method, declared) -> found.add(new Declared<>(
                            declared,
                            bean,
                            method,
                            method.getDeclaringClass().getSimpleName() + "." + method.getName())));
        }
        return found;
    }

    private static boolean mayDeclare(Class<?> type, Class<? extends Annotation> annotation) {
        return !type.getName().startsWith("org.springframework.") && AnnotationUtils.isCandidateClass(type, annotation);
    }

    /// @param what how the annotation is called in a sentence
    /// @throws IllegalStateException when the name does not fit into a gid or a path
    public static void requireName(String what, String name, String place) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalStateException(
                    "The %s '%s' of %s needs another name: 1 to 40 characters of a-z, 0-9 and '-'."
                            .formatted(what, name, place));
        }
    }

    /// @throws IllegalStateException when the method would not work in the transaction that it is called in
    public static void requireOneTransaction(Declared<?> declared) {
        var transactional = AnnotatedElementUtils.findMergedAnnotation(declared.method(), Transactional.class);
        if (transactional == null) {
            transactional = AnnotatedElementUtils.findMergedAnnotation(
                    declared.method().getDeclaringClass(), Transactional.class);
        }
        if (transactional == null) {
            return;
        }
        switch (transactional.propagation()) {
            case REQUIRED, SUPPORTS, MANDATORY, NESTED -> {}
            case REQUIRES_NEW, NOT_SUPPORTED, NEVER ->
                throw new IllegalStateException(
                        "%s is @Transactional(propagation = %s): its work would not be in the transaction that holds the evidence of it, and would happen twice when it is asked twice. Leave the annotation out, or let it join (REQUIRED)."
                                .formatted(declared.place(), transactional.propagation()));
        }
    }
}
