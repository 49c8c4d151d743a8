/** What an operator of the job can be asked about itself: names that dashboards rely on. */
@NullMarked
package io.tallyflow.schemas.metric;

import org.jspecify.annotations.NullMarked;
