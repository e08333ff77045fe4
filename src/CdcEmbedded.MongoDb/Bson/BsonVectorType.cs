namespace CdcEmbedded.MongoDb.Bson;

/// <summary>What the elements of a vector are.</summary>
public enum BsonVectorType : byte
{
    /// <summary>Not set.</summary>
    None = 0,

    /// <summary>Signed bytes.</summary>
    Int8 = 0x03,

    /// <summary>Single bits.</summary>
    PackedBit = 0x10,

    /// <summary>32-bit floating-point numbers.</summary>
    Float32 = 0x27,
}
