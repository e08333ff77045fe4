namespace CdcEmbedded.Engine;

/// <summary>What a cursor yields; everything else counts as acknowledged once everything before it is.</summary>
internal enum StreamKind
{
    /// <summary>Changes one by one.</summary>
    Changes,

    /// <summary>Changes and all other items one by one.</summary>
    Items,

    /// <summary>Batches of changes.</summary>
    Batches,
}
