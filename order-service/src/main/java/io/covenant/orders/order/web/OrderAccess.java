package io.covenant.orders.order.web;

import static io.covenant.security.servlet.AccessRules.outside;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/// Who may order, and see orders. Whose order it is, is asked where orders are found.
@Configuration(proxyBeanMethods = false)
class OrderAccess {

    @Bean
    AccessRules orderAccessRules() {
        return rules -> rules.requestMatchers(HttpMethod.GET, "/api/v1/orders/**")
                .access(outside(Scopes.ORDERS_READ))
                .requestMatchers("/api/v1/orders/**")
                .access(outside(Scopes.ORDERS_WRITE));
    }
}
