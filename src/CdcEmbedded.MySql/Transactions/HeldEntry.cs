namespace CdcEmbedded.MySql.Transactions;

/// <summary>What waits for the commit of its transaction: a change set, a schema change or a notice. The default value
/// stands for none.</summary>
internal readonly struct HeldEntry
{
    private readonly object? _content;

    public HeldEntry(MySqlChangeSet set) => _content = set;

    public HeldEntry(SchemaChange change) => _content = change;

    public HeldEntry(HeldNotice notice) => _content = notice;

    public bool HasValue => _content is not null;

    public MySqlChangeSet? Set => _content as MySqlChangeSet;

    public SchemaChange? SchemaChange => _content as SchemaChange;

    public HeldNotice? Notice => _content as HeldNotice;
}
