using Tunnel.Testing.Programs;

namespace Tunnel.Soak;

/// <summary>What a program holds.</summary>
/// <param name="Name">The program.</param>
/// <param name="Descriptors">Open descriptors, without those of code and without one for each session: a bridge keeps more or fewer of those as the crowd needs them.</param>
/// <param name="Memory">Anonymous memory in bytes.</param>
internal sealed record Figures(string Name, int Descriptors, long Memory)
{
    /// <summary>Of all programs that run now; zeros for one that has ended by itself.</summary>
    public static IReadOnlyList<Figures> Of(Deployment deployment) => [.. deployment.Programs.Select(program => Of(deployment, program))];

    private static Figures Of(Deployment deployment, ProgramProcess program) => program.HasExited
        ? new Figures(program.Name, 0, 0)
        : new Figures(
            program.Name,
            ProcessFigures.OpenDescriptorsWithoutCode(program.Id) - deployment.SessionsOf(program),
            ProcessFigures.AnonymousBytes(program.Id));
}
