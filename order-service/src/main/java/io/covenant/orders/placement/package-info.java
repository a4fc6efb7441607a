/// How an order crosses services.
///
/// [PlaceOrder] is the way in: it remembers the attempt ([Placements]), asks inventory for prices ([Quotes]),
/// and runs one transaction with a branch in each service. Whatever crashes in between, the transaction's
/// outcome decides; [Settlement] finds it out for those who ask again, [SettlementSchedule] for those who do
/// not.
@NullMarked
package io.covenant.orders.placement;

import org.jspecify.annotations.NullMarked;
