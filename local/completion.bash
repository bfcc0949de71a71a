# Completion for make in this clone: eval "$(cat local/completion.bash)", or source it, in bash.
# Targets, and what is a name of something: EVENT= an event, NAME= a resource, CONFIG= a section of samconfig.toml.
_tasks_make() {
  local word=${COMP_WORDS[COMP_CWORD]} name= names
  # Bash breaks words at "=", which is then a word of its own.
  if [ "$word" = "=" ]; then name=${COMP_WORDS[COMP_CWORD-1]} word=
  elif [ "${COMP_WORDS[COMP_CWORD-1]}" = "=" ]; then name=${COMP_WORDS[COMP_CWORD-2]}; fi
  case $name in
    EVENT) names=$(printf '%s\n' events/*.json) ;;
    NAME) names=$(cd functions && printf '%s\n' create_*.py | sed 's/^create_//; s/\.py$//') ;;
    CONFIG) names=$(sed -n 's/^\[\([a-z]*\)\..*/\1/p' samconfig.toml | sort -u) ;;
    *) names=$(sed -n 's/^\([a-z-]*\):.*## .*/\1/p' Makefile build.mk) ;;
  esac
  # shellcheck disable=SC2207
  COMPREPLY=($(compgen -W "$names" -- "$word"))
}
complete -o default -F _tasks_make make
