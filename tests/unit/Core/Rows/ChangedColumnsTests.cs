using CdcEmbedded.Sources;
using CdcEmbedded.Tests.Formats;

namespace CdcEmbedded.Tests.Rows;

public sealed class ChangedColumnsTests
{
    private static readonly TableSchema Table = new("shop", "orders",
        [.. new[] { "id", "a", "b" }.Select(name => new ColumnSchema { Name = name, TypeName = "" })], [0]);

    [Fact]
    public void An_update_names_the_columns_that_differ()
        => Assert.Equal(["b"], Changed(Row(1, DataValue.FromText("x"), DataValue.FromDecimal(1.5m)),
            Row(1, DataValue.FromText("x"), DataValue.FromDecimal(2.5m))));

    [Fact]
    public void A_null_that_becomes_a_value_is_a_change()
        => Assert.Equal(["a"], Changed(Row(1, DataValue.Null, DataValue.Null), Row(1, DataValue.FromText(""), DataValue.Null)));

    [Fact]
    public void A_column_that_the_log_has_only_after_the_update_was_set_by_it()
        => Assert.Equal(["a"], Changed(Row(1, DataValue.Absent, DataValue.Absent), Row(1, DataValue.FromInt64(1), DataValue.Absent)));

    [Fact]
    public void Text_as_bytes_equals_the_same_text_as_a_string()
        => Assert.Equal([], Changed(Row(1, DataValue.FromText("x"), DataValue.Null), Row(1, DataValue.FromText("x"u8.ToArray(), 0, 1),
            DataValue.Null)));

    [Fact]
    public void Without_the_state_before_nothing_is_known()
        => Assert.Null(Changed(default, Row(1, DataValue.Null, DataValue.Null)));

    [Fact]
    public void Other_operations_change_no_columns()
        => Assert.Equal([], new OneChange(ChangeOperation.Create, default, Row(1, DataValue.Null, DataValue.Null)).Event.ChangedColumns);

    [Fact]
    public void Documents_are_compared_by_their_fields()
        => Assert.Equal(["new", "old"], Changed(OneChange.Row(("same", DataValue.Null), ("old", DataValue.Null)),
            OneChange.Row(("same", DataValue.Null), ("new", DataValue.Null))));

    private static IReadOnlyList<string>? Changed(DataRecord before, DataRecord after)
        => new OneChange(ChangeOperation.Update, before, after).Event.ChangedColumns;

    private static DataRecord Row(long id, DataValue a, DataValue b)
        => OneChange.RowOf(Table, ("id", DataValue.FromInt64(id)), ("a", a), ("b", b));
}
