namespace Tunnel.Mux.Tests;

/// <summary>
/// Tests that look for exceptions nobody observed. Those are reported for the whole process, so no other test may run
/// beside them, and what earlier ones have left is reported before they begin.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzCollection : ICollectionFixture<FuzzCollection.CleanStart>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "fuzz";

    /// <summary>Lets the tasks of earlier tests be finalized.</summary>
    public sealed class CleanStart
    {
        public CleanStart()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
    }
}
