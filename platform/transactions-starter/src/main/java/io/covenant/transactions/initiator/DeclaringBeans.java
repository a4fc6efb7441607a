package io.covenant.transactions.initiator;

import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;

/// Puts [DeclaredTransactions] around the [GlobalTransactional] methods of beans, outside of all other advice: their
/// database transactions are over before what they declare is run.
final class DeclaringBeans extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    DeclaringBeans(DeclaredTransactions around) {
        this.advisor = new DefaultPointcutAdvisor(
                new AnnotationMatchingPointcut(null, GlobalTransactional.class, true), around);
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
    }
}
