/**
 * A store that knows which identities it was given: exact, small in keyed state, and fast enough to
 * be asked about every event. It decides nothing: what a repeated identity means is up to who asks.
 *
 * <pre>
 *   asked                                         given a new one
 *     |                                             |
 *     v                                             v
 *   RecentIdentities   a table in memory: all that are not sealed, copies of the last sealed
 *     | not there                                   | at each barrier, what is new
 *     |                                             v
 *     |                IdentityLog                blocks in state, in the order of barriers
 *     |                                             | when there are enough, sorted by hash
 *     v                                             v
 *   run.SealedIdentities   slices of time, in each shelves of runs, merged four to one
 *     | a filter in memory says "perhaps"           |
 *     v                                             v
 *   block.IdentityBlock    the one block of the run that may hold it, read from state
 * </pre>
 *
 * <p>{@link io.tallyflow.functions.identities.KeyedIdentities} holds such a store for each key
 * group of a task and spreads memory over them; {@code run} are the sorted runs and the policy by
 * which they are merged, {@code block} their bytes. Entries in state expire one by one, each when
 * the youngest identity in it is older than what is remembered.
 */
@NullMarked
package io.tallyflow.functions.identities;

import org.jspecify.annotations.NullMarked;
