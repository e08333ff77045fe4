namespace CdcEmbedded.MySql;

/// <summary>How an update that changes the primary key is delivered.</summary>
public enum KeyChangeMode
{
    /// <summary>As a delete of the old key followed by a create of the new one, linked by <see cref="ChangeEvent.RelatedKey"/>: what a copy
    /// that is maintained by key needs. The default.</summary>
    DeleteAndCreate,

    /// <summary>As one update whose <see cref="ChangeEvent.Key"/> is the new key and whose <see cref="ChangeEvent.Before"/> has the old
    /// one.</summary>
    Update,
}
