using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A row of the model: two columns, each with the number of the transaction that wrote it, and the schema's version. -1 is a
/// column that the image lacks.</summary>
/// <param name="A">The first column.</param>
/// <param name="B">The second column.</param>
/// <param name="Schema">The number of schema changes before it.</param>
internal readonly record struct ModelRow(int A, int B, int Schema)
{
    public bool IsWhole => A >= 0 && B >= 0;

    public DataRecord ToRecord(int key)
    {
        string[] names = ["k", "a", "b"];
        DataValue[] values = [DataValue.FromInt64(key), Value(A), Value(B)];
        return new DataRecord(new DetachedRecordSet(null, names, values), 0);
    }

    public ModelRow Over(ModelRow? older) => new(A >= 0 ? A : older?.A ?? -1, B >= 0 ? B : older?.B ?? -1, Schema);

    public override string ToString() => $"{A}/{B}/{Schema}";

    private static DataValue Value(int number) => number < 0 ? DataValue.Absent : DataValue.FromInt64(number);
}
