using System.Globalization;
using CdcEmbedded.Sources;
using CdcEmbedded.Tests.Formats;

namespace CdcEmbedded.Tests.Rows;

public sealed class RowTypeTests
{
    private static readonly string[] States = ["new", "in-progress"];
    private static readonly string[] MarkLabels = ["gift", "express"];
    private static readonly string[] BothMarks = ["Gift", "Express"];

    [Fact]
    public void A_row_is_read_into_a_record_by_names_without_regard_to_case()
    {
        var order = Row(("ID", DataValue.FromInt64(7)), ("customer_name", DataValue.FromText("Ann")),
            ("price", DataValue.FromDecimal(1.50m)), ("NOTE", DataValue.Null), ("state", DataValue.FromEnum(2, States)),
            ("paidat", DataValue.FromDateTime(new CalendarDateTime(2024, 2, 29, 1, 2, 3)))).To<Order>();

        Assert.Equal(new Order(7, "Ann", 1.50m, null) { State = OrderState.InProgress, PaidAt = new DateTime(2024, 2, 29, 1, 2, 3) },
            order);
        Assert.Equal("1.50", order.Price.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Labels_that_differ_only_in_case_are_different_members()
    {
        var labels = new CdcEmbedded.Rows.EnumLabels<Grade>(static member => (long)member, null, ("a", Grade.Lower), ("A", Grade.Upper),
            ("b", Grade.Other));
        foreach (var (label, member) in ((string, Grade)[])[("a", Grade.Lower), ("A", Grade.Upper), ("B", Grade.Other)])
        {
            Assert.True(labels.TryConvert(DataValue.FromEnum(1, [label]), out var result));
            Assert.Equal(member, result);
        }
    }

    private enum Grade
    {
        Lower,
        Upper,
        Other,
    }

    [Fact]
    public void Every_supported_type_is_read_exactly()
    {
        var uuid = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");
        var wide = BigDecimal.FromDecimal(1.5m);
        var all = Row(("flag", DataValue.FromInt64(1)), ("i1", DataValue.FromInt64(-128)), ("u1", DataValue.FromUInt64(255)),
            ("i2", DataValue.FromInt64(-32768)), ("u2", DataValue.FromUInt64(65535)), ("i4", DataValue.FromInt64(int.MinValue)),
            ("u4", DataValue.FromUInt64(uint.MaxValue)), ("u8", DataValue.FromUInt64(ulong.MaxValue)),
            ("real", DataValue.FromSingle(0.1f)), ("wide", DataValue.FromDouble(0.1)), ("huge", DataValue.FromDecimal(wide)),
            ("raw", DataValue.FromBinary([1, 2], 0, 2)), ("day", DataValue.FromDate(2024, 2, 29)),
            ("clock", DataValue.FromTime(86_399_999_999)), ("span", DataValue.FromTime(-1)), ("at", DataValue.FromTimestamp(1)),
            ("odd", DataValue.FromDate(2024, 0, 15)), ("uuid", DataValue.FromUuid(uuid)), ("doc", DataValue.FromJson("{\"a\":1}")),
            ("tags", DataValue.FromSet(3, MarkLabels)), ("marks", DataValue.FromSet(3, BothMarks)), ("maybe", DataValue.Null),
            ("any", DataValue.Absent)).To<AllTypes>();

        Assert.True(all.Flag);
        Assert.Equal((sbyte.MinValue, byte.MaxValue, short.MinValue, ushort.MaxValue, int.MinValue, uint.MaxValue, ulong.MaxValue),
            (all.I1, all.U1, all.I2, all.U2, all.I4, all.U4, all.U8));
        Assert.Equal((0.1f, 0.1, wide), (all.Real, all.Wide, all.Huge));
        Assert.Equal([1, 2], all.Raw);
        Assert.Equal((new DateOnly(2024, 2, 29), new TimeOnly(863_999_999_990), TimeSpan.FromMicroseconds(-1)),
            (all.Day, all.Clock, all.Span));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(1), all.At);
        Assert.Equal(new CalendarDateTime(2024, 0, 15), all.Odd);
        Assert.Equal((uuid, 1, OrderMarks.Gift | OrderMarks.Express), (all.Uuid, all.Doc.GetProperty("a").GetInt32(), all.Marks));
        Assert.Equal(MarkLabels, all.Tags);
        Assert.Null(all.Maybe);
        Assert.True(all.Any.IsAbsent);
    }

    public static TheoryData<DataValue, string> Refused => new()
    {
        { DataValue.FromInt64(int.MaxValue + 1L), "declare it long" },
        { DataValue.FromUInt64(ulong.MaxValue), "declare it ulong" },
        { DataValue.FromDecimal(1.5m), "declare it decimal" },
        { DataValue.FromDouble(1.5), "declare it double" },
        { DataValue.FromText("1"), "declare it string" },
        { DataValue.Null, "is null, and int has no null: declare it int?" },
        { DataValue.Absent, "is absent" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_value_that_does_not_convert_exactly_names_column_type_and_remedy(DataValue value, string remedy)
    {
        var row = Row(("id", value), ("flag", DataValue.FromInt64(0)));
        var error = Assert.Throws<DataConversionException>(() => row.To<Strict>());
        Assert.Contains("Column 'Id' of shop.orders", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.Equal(("shop.orders", "Id", "int", value.Kind), (error.Table, error.Column, error.TargetType, error.Kind));
    }

    [Fact]
    public void A_number_other_than_0_and_1_is_no_truth_value()
        => Assert.Throws<DataConversionException>(() => Row(("id", DataValue.FromInt64(1)), ("flag", DataValue.FromInt64(2))).To<Strict>());

    [Fact]
    public void A_whole_decimal_or_double_is_an_integer()
    {
        Assert.Equal(3, Row(("id", DataValue.FromDecimal(3.00m)), ("flag", DataValue.FromBoolean(true))).To<Strict>().Id);
        Assert.Equal(3, Row(("id", DataValue.FromDouble(3)), ("flag", DataValue.FromBoolean(true))).To<Strict>().Id);
    }

    [Fact]
    public void A_column_that_the_table_does_not_have_is_an_error_that_lists_its_columns()
    {
        var error = Assert.Throws<DataConversionException>(() => Row(("id", DataValue.FromInt64(1))).To<Strict>());
        Assert.Contains("shop.orders has no column 'Flag'", error.Message, StringComparison.Ordinal);
        Assert.Contains("it has id", error.Message, StringComparison.Ordinal);
        Assert.Null(error.Kind);
    }

    [Fact]
    public void An_optional_property_distinguishes_absent_from_null()
    {
        var absent = Row(("id", DataValue.FromInt64(1)), ("text", DataValue.Absent)).To<Partial>();
        var isNull = Row(("id", DataValue.FromInt64(1)), ("text", DataValue.Null), ("missing", DataValue.FromInt64(5))).To<Partial>();

        Assert.Equal((false, false), (absent.Text.IsPresent, absent.Missing.IsPresent));
        Assert.Equal((true, null, 5), (isNull.Text.IsPresent, isNull.Text.Value, isNull.Missing.Value));
        Assert.Throws<InvalidOperationException>(() => absent.Text.Value);
    }

    [Fact]
    public void A_field_that_a_document_does_not_have_is_null()
    {
        var order = OneChange.Row(("Id", DataValue.FromInt64(1)), ("customer_name", DataValue.FromText("Ann")),
            ("Price", DataValue.FromDecimal(1)), ("State", DataValue.FromText("new"))).To<Order>();
        Assert.Null(order.Note);
        Assert.Null(order.PaidAt);
        Assert.Throws<DataConversionException>(() => OneChange.Row(("Id", DataValue.FromInt64(1))).To<Order>());
    }

    [Fact]
    public void Columns_that_are_in_another_order_after_a_schema_change_are_found()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, Row(("id", DataValue.FromInt64(1)), ("flag", DataValue.FromInt64(0))).To<Strict>().Id);
            Assert.Equal(2, Row(("flag", DataValue.FromInt64(0)), ("id", DataValue.FromInt64(2))).To<Strict>().Id);
        }
    }

    [Fact]
    public void No_record_cannot_be_read_as_a_type()
        => Assert.Throws<InvalidOperationException>(() => default(DataRecord).To<Order>());

    [Fact]
    public void Nullable_reads_by_name_return_null_for_null_and_fail_for_absent()
    {
        var row = Row(("n", DataValue.Null), ("i", DataValue.FromInt64(3)), ("a", DataValue.Absent));

        Assert.Null(row.GetInt32OrNull("n"));
        Assert.Null(row.GetStringOrNull("N"));
        Assert.Equal(3, row.GetInt32OrNull("I"));
        Assert.Equal(3, row.GetInt64("i"));
        Assert.Equal("a", Assert.Throws<DataConversionException>(() => row.GetInt32OrNull("a")).Column);
        Assert.Equal("n", Assert.Throws<DataConversionException>(() => row.GetInt32("n")).Column);
        Assert.Null(Assert.Throws<DataConversionException>(() => row.GetInt32OrNull("x")).Kind);
        Assert.Null(OneChange.Row().GetInt32OrNull("x"));
    }

    [Fact]
    public void A_JSON_contract_reads_a_row()
    {
        var row = Row(("id", DataValue.FromInt64(1)), ("name", DataValue.FromText("Ann")), ("price", DataValue.FromDecimal(1.50m)),
            ("at", DataValue.FromDateTime(new CalendarDateTime(2024, 1, 2, 3, 4, 5))), ("raw", DataValue.FromBinary([1], 0, 1)),
            ("note", DataValue.Null));
        var order = row.To(SampleContext.Default.JsonOrder);
        Assert.Equal((1, "Ann", 1.50m, new DateTime(2024, 1, 2, 3, 4, 5), null), (order.Id, order.Name, order.Price, order.At, order.Note));
        Assert.Equal([1], order.Raw);
    }

    [Fact]
    public void A_JSON_contract_that_refuses_a_value_names_the_column()
    {
        var row = Row(("id", DataValue.FromText("x")), ("name", DataValue.FromText("Ann")));
        var error = Assert.Throws<DataConversionException>(() => row.To(SampleContext.Default.JsonOrder));
        Assert.Equal(("shop.orders", "id", ValueKind.Text), (error.Table, error.Column, error.Kind));

        var absent = Row(("id", DataValue.FromInt64(1)));
        Assert.Contains("name", Assert.Throws<DataConversionException>(() => absent.To(SampleContext.Default.JsonOrder)).Message,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Reading_a_row_of_numbers_allocates_no_more_than_the_object()
    {
        var row = Row(("id", DataValue.FromInt64(1)), ("flag", DataValue.FromInt64(0)));
        row.To<Strict>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            row.To<Strict>();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 24);
    }

    private static DataRecord Row(params (string Name, DataValue Value)[] fields)
    {
        var columns = fields.Select(f => new ColumnSchema { Name = f.Name, TypeName = "" }).ToList();
        return OneChange.RowOf(new TableSchema("shop", "orders", columns, []), fields);
    }
}
