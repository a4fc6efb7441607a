package io.covenant.transactions.participant;

import static io.covenant.security.servlet.AccessRules.everybody;
import static io.covenant.security.servlet.AccessRules.services;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.http.HttpMethod;

/// Coordinators alone have branches done and finished; who operates them may look.
final class BranchAccess {

    private BranchAccess() {}

    static AccessRules rules() {
        return rules -> rules.requestMatchers(
                        HttpMethod.GET, "/internal/v1/branches/prepared", "/internal/v1/branches/evidence")
                .access(everybody(Scopes.BRANCHES_READ))
                .requestMatchers("/internal/v1/branches/**", "/internal/v1/steps/**")
                .access(services(Scopes.BRANCHES_DRIVE));
    }
}
