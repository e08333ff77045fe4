namespace CdcEmbedded;

/// <summary>What a change did. The letters in the Debezium-shaped JSON are c, u, d, r and t.</summary>
public enum ChangeOperation : byte
{
    /// <summary>A row or document was inserted: <see cref="ChangeEvent.After"/> has it.</summary>
    Create = 1,

    /// <summary>A row or document was changed: <see cref="ChangeEvent.After"/> has the new state.</summary>
    Update = 2,

    /// <summary>A row or document was removed: <see cref="ChangeEvent.Before"/> has the last state, as far as the
    /// log contains it.</summary>
    Delete = 3,

    /// <summary>A row or document was read by a snapshot; it did not change now.</summary>
    Read = 4,

    /// <summary>All rows of a table were removed at once; there is no key and no record.</summary>
    Truncate = 5,
}
