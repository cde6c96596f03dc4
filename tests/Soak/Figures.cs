using Tunnel.Testing.Programs;

namespace Tunnel.Soak;

/// <summary>What a program holds.</summary>
/// <param name="Name">The program.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="Memory">Proportional memory (PSS) in bytes.</param>
internal sealed record Figures(string Name, int Descriptors, long Memory)
{
    public static IReadOnlyList<Figures> Of(Deployment deployment) =>
        [.. deployment.Programs.Select(p => new Figures(p.Name, ProcessFigures.OpenDescriptors(p.Id), ProcessFigures.ProportionalBytes(p.Id)))];
}
