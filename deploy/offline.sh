# Sourced by deploy/Dockerfile: with the folder that prefetch.sh makes, go and pip take
# from it and from nowhere else.
if [ -d deploy/offline ]; then
	export GOPROXY="file://$PWD/deploy/offline/modules"
	export PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/deploy/offline/wheels"
fi
