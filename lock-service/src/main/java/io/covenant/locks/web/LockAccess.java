package io.covenant.locks.web;

import static io.covenant.security.servlet.AccessRules.everybody;
import static io.covenant.security.servlet.AccessRules.outside;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/// Who may hold locks, and who may rule over them.
@Configuration(proxyBeanMethods = false)
class LockAccess {

    @Bean
    AccessRules lockAccessRules() {
        return rules -> rules.requestMatchers("/api/v1/**")
                .access(everybody(Scopes.LOCKS_USE))
                .requestMatchers(HttpMethod.GET, "/admin/locks/**")
                .access(outside(Scopes.LOCKS_READ))
                .requestMatchers("/admin/locks/**")
                .access(outside(Scopes.LOCKS_OPERATE));
    }

    /// Names may begin with a slash, which puts two into a path. All else that a strict firewall refuses stays refused.
    @Bean
    HttpFirewall lockNamesFirewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedDoubleSlash(true);
        return firewall;
    }
}
