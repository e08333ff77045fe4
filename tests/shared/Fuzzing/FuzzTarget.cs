namespace CdcEmbedded.Tests.Fuzzing;

/// <summary>A reader that is given damaged input.</summary>
public abstract class FuzzTarget
{
    /// <summary>How it is named in messages.</summary>
    public string Name => GetType().Name;

    /// <summary>Most bytes that one input may make the reader allocate, beside 64 bytes for each byte of the input.</summary>
    public virtual long MaxAllocated => 8 * 1024 * 1024;

    /// <summary>Reads what the inputs are made of.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Damages an input and reads it.</summary>
    /// <param name="random">Decides everything: the same numbers give the same input.</param>
    /// <returns>The length of what was read, in bytes.</returns>
    public abstract int Run(Random random);
}
