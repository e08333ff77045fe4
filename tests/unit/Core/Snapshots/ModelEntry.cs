using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>One change as the model's log has it.</summary>
internal sealed record ModelEntry(ChangeOperation Operation, int KeyBefore, int KeyAfter, ModelRow? RowAfter, TableChange Change)
{
    /// <summary>The position after it.</summary>
    public ModelPosition After { get; init; } = new(0);

    public bool IsSchemaChange => Operation == 0;

    public bool IsHalf
    {
        get => Change.IsHalf;
        init => Change = Change with { IsHalf = value };
    }

    public static ModelEntry Create(int key, ModelRow? row)
        => new(ChangeOperation.Create, -1, key, row, new TableChange(ChangeOperation.Create, Record(key, row), default, Record(key, row)));

    public static ModelEntry Update(int keyBefore, ModelRow? before, int key, ModelRow? row)
        => new(ChangeOperation.Update, keyBefore, key, row,
            new TableChange(ChangeOperation.Update, Record(key, row), Record(keyBefore, before), Record(key, row)));

    public static ModelEntry Delete(int key, ModelRow? before)
        => new(ChangeOperation.Delete, key, -1, null,
            new TableChange(ChangeOperation.Delete, Record(key, before), Record(key, before), default));

    public static ModelEntry Truncate()
        => new(ChangeOperation.Truncate, -1, -1, null, new TableChange(ChangeOperation.Truncate, default, default, default));

    public static ModelEntry SchemaChange() => new(0, -1, -1, null, default);

    private static DataRecord Record(int key, ModelRow? row) => row is { } value ? value.ToRecord(key) : default;
}
