using System.ComponentModel.DataAnnotations.Schema;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CdcEmbedded.Tests.Rows;

internal enum OrderState
{
    New,

    [EnumMember(Value = "in-progress")]
    InProgress,
}

[Flags]
internal enum OrderMarks
{
    None = 0,
    Gift = 1,
    Express = 2,
}

[CdcRow]
internal sealed partial record Order(long Id, [property: Column("customer_name")] string Customer, decimal Price, string? Note)
{
    public OrderState State { get; init; }

    public DateTime? PaidAt { get; set; }

    [NotMapped]
    public string Shown { get; set; } = "";

    public string Computed => Customer + Id;
}

[CdcRow]
internal sealed partial class AllTypes
{
    public bool Flag { get; set; }
    public sbyte I1 { get; set; }
    public byte U1 { get; set; }
    public short I2 { get; set; }
    public ushort U2 { get; set; }
    public int I4 { get; set; }
    public uint U4 { get; set; }
    public ulong U8 { get; set; }
    public float Real { get; set; }
    public double Wide { get; set; }
    public BigDecimal Huge { get; set; }
    public byte[] Raw { get; set; } = [];
    public DateOnly Day { get; set; }
    public TimeOnly Clock { get; set; }
    public TimeSpan Span { get; set; }
    public DateTimeOffset At { get; set; }
    public CalendarDateTime Odd { get; set; }
    public Guid Uuid { get; set; }
    public required JsonElement Doc { get; init; }
    public string[] Tags { get; set; } = [];
    public OrderMarks Marks { get; set; }
    public OrderState? Maybe { get; set; }
    public DataValue Any { get; set; }
}

[CdcRow]
internal readonly partial record struct Partial(int Id, MaybeAbsent<string?> Text, MaybeAbsent<int> Missing);

[CdcRow]
internal sealed partial class Strict
{
    public int Id { get; set; }

    public bool Flag { get; set; }
}

internal sealed record JsonOrder(long Id, string Name, decimal Price, DateTime At, byte[] Raw, string? Note);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JsonOrder))]
internal sealed partial class SampleContext : JsonSerializerContext;
