create table rows.usage_row_2026_08 partition of rows.usage_row
    for values from ('2026-08-01 00:00:00+00') to ('2026-09-01 00:00:00+00') with (fillfactor = 50);
create table rows.usage_row_2026_09 partition of rows.usage_row
    for values from ('2026-09-01 00:00:00+00') to ('2026-10-01 00:00:00+00') with (fillfactor = 50);
create table rows.usage_row_2026_10 partition of rows.usage_row
    for values from ('2026-10-01 00:00:00+00') to ('2026-11-01 00:00:00+00') with (fillfactor = 50);
create table rows.usage_row_default partition of rows.usage_row default with (fillfactor = 50);
